"""The messages of the national transfer platform as it writes them: heads and bodies by the platform's own field names.

What is not known here is left out, so that a centre that sends more is understood. The platform's spare fields carry what
it has no field for: ``Bak1`` the receiving centre's account (BDC901) or the months of contribution (BDC905), ``Bak2`` the
round of negotiation. A centre that leaves them empty is understood all the same.
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from commands.schemas.fields import Id, Money, Words

_LETTER: Final = validate.Regexp(r"[0-9]{16}\Z", error="a letter's number has 16 digits")
_CENTRE: Final = validate.Regexp(r"[0-9]{6}(?:[0-9]{9})?\Z", error="a centre's code has 6 or 15 digits")
_MONTH: Final = validate.Regexp(r"(?:\d{6}(?:\d\d)?)?\Z", error="YYYYMM or YYYYMMDD")
_YES_NO: Final = validate.OneOf(["", "1", "2"], error="1 for yes, 2 for no")
_COUNT: Final = validate.Regexp(r"\d{0,4}\Z", error="a number of at most four digits")
_RESULT: Final = validate.OneOf(["", "0", "1", "2"])


class _Known(Schema):
    class Meta:
        unknown = EXCLUDE


class Head(_Known):
    """报文头. ``SendSeqNo`` is the serial of the message: the same serial of the same centre is the same message."""

    SendSeqNo = Id(required=True)
    TxUnitNo = fields.String(required=True, validate=_CENTRE)
    ReceiveNode = fields.String(required=True, validate=_CENTRE)
    TxCode = Words(required=True)


class _OfPerson(_Known):
    EmpName = Words(load_default="")
    DocType = Words(load_default="01")
    IdNum = Words(load_default="", validate=validate.Length(max=40))
    TranRstCode = fields.String(load_default="", validate=_RESULT)
    TranRstMsg = Words(load_default="")
    Bak1 = Words(load_default="")


class LetterBody(_OfPerson):
    """BDC901, and one item of BDC902: ``TxFunc`` 0 the contact letter, 1 its confirmation."""

    ConNum = fields.String(required=True, validate=_LETTER)
    TxFunc = fields.String(required=True, validate=validate.OneOf(["0", "1"]))
    SocRefAcctNo = Words(load_default="")


class CancelBody(_OfPerson):
    """BDC903: the wish to cancel; with a result it is the answer."""

    OrConNum = fields.String(required=True, validate=_LETTER)


class QueryBody(_Known):
    """BDC904: how far is the letter?"""

    OrConNum = fields.String(required=True, validate=_LETTER)


class AccountBody(_OfPerson):
    """BDC905, and one item of BDC906: ``TxFunc`` 0 information or refusal, 1 negotiation, 2 the receiver's end."""

    OrConNum = fields.String(required=True, validate=_LETTER)
    TxFunc = fields.String(required=True, validate=validate.OneOf(["0", "1", "2"]))
    TranAmt = Money(load_default=None)
    OrAcctAmt = Money(load_default=None)
    Yinter = Money(load_default=None)
    OAcctDate = fields.String(load_default="", validate=_MONTH)
    PayEndDate = fields.String(load_default="", validate=_MONTH)
    SixMconFlag = fields.String(load_default="", validate=_YES_NO)
    LoanNum = fields.String(load_default="", validate=_COUNT)
    LoanEndFlag = fields.String(load_default="", validate=_YES_NO)
    FrLoanFlag = fields.String(load_default="", validate=_YES_NO)
    FrLoanEnd = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["withdrawal", "loan"])),
        values=fields.String(validate=validate.Regexp(r"\d{8}\Z")),
        load_default=dict,
    )
    Bak1 = Words(load_default="", validate=_COUNT)
    Bak2 = fields.String(load_default="", validate=_COUNT)

    @validates_schema
    def _add_up(self, data: dict[str, Any], **_: Any) -> None:
        principal_fen, total_fen = data.get("OrAcctAmt"), data.get("TranAmt")
        if data.get("TxFunc") == "0" and data.get("TranRstCode") != "1":
            missing = [name for name in ("OrAcctAmt", "OAcctDate") if not data.get(name)]
            if missing:
                raise ValidationError({name: ["Missing data for required field."] for name in missing})
        if principal_fen is not None and total_fen not in (None, principal_fen + (data.get("Yinter") or 0)):
            raise ValidationError({"TranAmt": ["principal and interest do not add up to it"]})


BODIES: Final[dict[str, type[Schema]]] = {
    "BDC901": LetterBody,
    "BDC903": CancelBody,
    "BDC904": QueryBody,
    "BDC905": AccountBody,
}


class Batch(_Known):
    """BDC902 letters and BDC906 information: many bodies under one batch number."""

    BatConNum = fields.String(required=True, validate=validate.Regexp(r"PLZYJXH\w{1,40}\Z"))
    Items = fields.List(fields.Dict(), required=True, validate=validate.Length(min=1))


class Centre(_Known):
    unit_no = fields.String(required=True, validate=_CENTRE)
    unit_name = Words(required=True)


class Centres(_Known):
    """BDC909: the centres of the platform by their codes."""

    CenterInfo = fields.List(fields.Nested(Centre), required=True, validate=validate.Length(min=1))
