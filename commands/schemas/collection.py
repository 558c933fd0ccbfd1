"""One schema for each command of the collection (归集). ``on`` is the value date (业务日期)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from commands.schemas.fields import Day, Id, Ids, Money, Month, PersonId, Rate, Share, Words


class Dated(Schema):
    """What every command carries."""

    on = Day(required=True)


class OfEmployer(Dated):
    employer = Id(required=True)


class OfAccount(Dated):
    account = Id(required=True)


# ---------------------------------------------------------------- employers


class RegisterEmployer(OfEmployer):
    name = Words(load_default="")
    kind = Words(load_default="国有企业")
    rate = Rate(required=True)
    employee_rate = Rate(load_default=None)
    pay_day = fields.Integer(load_default=15, strict=True)
    first_month = Month(load_default=None)
    credit_code = Words(load_default="")


class RegisterEmployers(Dated):
    lines = fields.List(fields.Nested(RegisterEmployer(exclude=("on",))), required=True)
    accept_good_rows = fields.Boolean(load_default=False)


class SetRate(OfEmployer):
    rate = Rate(required=True)
    from_month = Month(required=True)


class Defer(OfEmployer):
    from_month = Month(required=True)
    until_month = Month(required=True)
    approval = Words(required=True)
    rate = Rate(load_default=None)


class Resume(OfEmployer):
    from_month = Month(required=True)


class AssignArrears(OfEmployer):
    debtor = Words(required=True)
    evidenced_wage = Money(load_default=None)


class MergeEmployers(OfEmployer):
    into = Id(required=True)


class SplitEmployer(OfEmployer):
    into = Id(required=True)
    accounts = fields.List(Id(), required=True, validate=validate.Length(min=1))


class CloseEmployer(OfEmployer):
    reason = Words(required=True)


# ---------------------------------------------------------------- accounts


class OpenAccount(OfAccount):
    employer = Id(required=True)
    person = PersonId(load_default=None)
    base = Money(load_default=None)
    wage = Money(load_default=None)
    joined_on = Day(load_default=None)
    first_month = Month(load_default=None)
    new_worker = fields.Boolean(load_default=None, allow_none=True)
    wage_month = Month(load_default=None)


class OpenAccounts(OfEmployer):
    lines = fields.List(
        fields.Nested(OpenAccount(exclude=("on", "employer"))), required=True, validate=validate.Length(min=1)
    )
    accept_good_rows = fields.Boolean(load_default=False)


class FixBases(OfEmployer):
    fund_year = fields.Integer(required=True, strict=True)
    wages = fields.Dict(keys=Id(), values=Money(), required=True)
    reason = Words(load_default=None)


class BreakRelation(OfAccount):
    how = fields.String(load_default="interrupted", validate=validate.OneOf(["interrupted", "ended"]))
    broken_on = Day(required=True)


class Seal(OfAccount):
    broken_on = Day(load_default=None)
    petition = Id(load_default=None)


class Unseal(OfAccount):
    resumed_on = Day(load_default=None)


class SealCentrally(OfAccount):
    ended_on = Day(load_default=None)
    petition = Id(load_default=None)


class Transfer(OfAccount):
    to = Id(required=True)
    ended_on = Day(load_default=None)
    hired_on = Day(load_default=None)
    petition = Id(load_default=None)


class TransferIn(OfAccount):
    amount = Money(required=True)
    months = fields.Integer(required=True, strict=True)
    from_centre = Words(required=True)
    letter = Words(required=True)


class TransferOut(OfAccount):
    to_centre = Words(required=True)
    letter = Words(required=True)


class Freeze(OfAccount):
    document = Words(required=True)
    amount = Money(load_default=None)


class Unfreeze(OfAccount):
    document = Words(required=True)
    of = Words(load_default=None)


# ---------------------------------------------------------------- money in


class Line(Schema):
    """One row of a remittance list (汇缴清册)."""

    account = Id(required=True)
    person = PersonId(load_default="")
    base = Money(load_default=None)
    employer_amount = Money(load_default=None)
    employee_amount = Money(load_default=None)


class Remit(OfEmployer):
    month = Month(required=True)
    lines = fields.List(fields.Nested(Line), load_default=None)
    received = Money(load_default=None)
    receipt = Ids(load_default=None)
    advance = fields.Boolean(load_default=False)
    accept_good_rows = fields.Boolean(load_default=False)


class Deposit(OfAccount):
    month = Month(required=True)
    employer = Id(load_default=None)
    person = PersonId(load_default="")
    employer_amount = Money(load_default=None)
    employee_amount = Money(load_default=None)
    advance = fields.Boolean(load_default=False)


class MakeUp(OfAccount):
    months = fields.List(Month(), required=True, validate=validate.Length(min=1))
    receipt = Ids(load_default=None)
    employer = Id(load_default=None)


class Receive(Dated):
    receipt = Id(required=True)
    amount = Money(required=True)
    employer = Id(load_default="")
    why = fields.String(
        load_default="unknown", validate=validate.OneOf(["unknown", "over", "under", "early"])
    )
    bank_reference = Words(load_default="")


class Allocate(Dated):
    receipt = Ids(required=True)
    month = Month(required=True)
    account = Id(load_default=None)
    employer = Id(load_default=None)


class ReturnReceipt(Dated):
    receipt = Id(required=True)
    reason = Words(required=True)
    amount = Money(load_default=None)


# ---------------------------------------------------------------- money out, corrections


class PayeeOf(Schema):
    """An heir or legatee: a share of the whole (``1/3``) or an amount of the principal."""

    person = PersonId(required=True)
    share = Share(load_default="")
    amount = Money(load_default=None)
    payee_account = Words(load_default="")


class Withdraw(OfAccount):
    reason = Words(required=True)
    amount = Money(load_default=None)
    spouse_account = Id(load_default=None)
    person = PersonId(load_default="")
    evidence = Words(load_default="")
    payees = fields.List(fields.Nested(PayeeOf), load_default=list)
    court_document = Words(load_default="", metadata={"assumed": "法院文书"})
    household_income = Money(load_default=None)
    household_members = fields.Integer(load_default=None, strict=True)


class PayRemainder(OfAccount):
    """A further payment of a closed account: all that it holds."""


class Reverse(OfAccount):
    version = fields.Integer(load_default=None, strict=True)
    month = Month(load_default=None)
    reason = Words(required=True)
    money = fields.String(load_default="", validate=validate.OneOf(["", "bank", "held"]))


class Propose(Dated):
    proposal = Id(load_default=None, allow_none=True)
    command = Words(required=True)
    content = fields.Dict(required=True)


class Decide(Dated):
    proposal = Id(required=True)
    reason = Words(load_default="")


class RejectProposal(Decide):
    reason = Words(required=True)


# ---------------------------------------------------------------- petitions, openings


class FilePetition(OfAccount):
    petition = Id(required=True)
    evidence = Words(required=True)
    matter = fields.String(
        load_default="", validate=validate.OneOf(["", "transfer", "seal", "seal_centrally"])
    )


class OfPetition(Dated):
    petition = Id(required=True)


class SettlePetition(OfPetition):
    settled_by = fields.String(load_default="unit", validate=validate.OneOf(["unit", "centre"]))


class WithdrawPetition(OfPetition):
    reason = Words(required=True)


class RequestBalanceReview(OfAccount):
    petition = Id(required=True)
    doubt = Words(required=True)
    applicant = fields.String(load_default="employee", validate=validate.OneOf(["employee", "employer"]))


class AnswerBalanceReview(OfPetition):
    document = Words(required=True)
    outcome = fields.String(required=True, validate=validate.OneOf(["confirmed", "corrected"]))


class OpenBooks(Dated):
    source = Words(required=True)
    debits = fields.Dict(keys=Words(), values=Money(), required=True)
    credits = fields.Dict(keys=Words(), values=Money(), required=True)


class Taken(Schema):
    """One account's balance in the older system; products (积数) of the running year in yuan-days, with their source."""

    account = Id(required=True)
    employer = Id(load_default=None)
    person = PersonId(load_default="")
    carried = Money(load_default=0)
    current = Money(load_default=0)
    months = fields.Integer(load_default=0, strict=True)
    paid_up_to = Month(load_default=None)
    carried_products = Money(load_default=0)
    current_products = Money(load_default=0)
    products_source = Words(load_default="")


class TakeOver(Dated):
    lines = fields.List(fields.Nested(Taken), required=True, validate=validate.Length(min=1))
    accept_good_rows = fields.Boolean(load_default=False)
