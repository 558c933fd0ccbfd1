"""The views of the ledger: read models built in batches from whole commits."""

from collections.abc import Sequence

from ledger.policy.parameters import PolicyBook
from projections.views.journal import Journal
from projections.views.obligations import Obligations
from projections.views.stays import Stays
from projections.views.subsidy_money import SubsidyMoney
from projections.views.view import View


def all_views(book: PolicyBook | None = None) -> Sequence[View]:
    """Every view. ``book`` gives the days that obligations are counted by."""
    return (Journal(), Obligations(book), Stays(), SubsidyMoney())
