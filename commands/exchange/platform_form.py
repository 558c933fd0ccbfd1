"""Messages between the program's own words and the platform's form (BDC901-909), one as good as the other.

A file holds ``{"head": …, "body": …}``. Names and identity numbers stand in files only: they are put in from the person
store when a message goes out, and become a pseudonym when one comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from marshmallow import Schema, ValidationError

from commands.schemas import transfer_files as form
from ledger.money import format_fen
from ledger.refusal import Refusal
from ledger.store.persons import Person
from projections.documents.transfer_messages import Message

Json = dict[str, Any]

BATCHES: Final = {"BDC902": "BDC901", "BDC906": "BDC905"}


def serial_of(message: Message) -> str:
    """The serial of a message of ours: its letter and the number of the event that says it."""
    return f"{message['letter']}-{message['number']:03d}"


# ---------------------------------------------------------------- out


def to_platform(message: Message, on: str, person: Person | None = None) -> Json:
    """A message of ours as the platform takes it."""
    code = message["message"]
    head = {
        "SendDate": on.replace("-", ""),
        "SendSeqNo": serial_of(message),
        "TxUnitNo": message["from_centre"],
        "SendNode": message["from_centre"],
        "TxCode": code,
        "ReceiveNode": message["to_centre"],
    }
    who = {"EmpName": person.name, "DocType": "01", "IdNum": person.id_number} if person else {}
    return {"head": head, "body": {**_WRITERS[code](message), **who}}


def _letter(message: Message) -> Json:
    body = {"ConNum": message["letter"], "TxFunc": str(message["kind"])}
    if message["kind"]:
        return body | {"TranRstCode": "0"}
    generated = f"20{message['letter'][6:12]}"
    return body | {
        "TranOutUnitNo": message["to_centre"],
        "SocRefAcctNo": message["account"],
        "GenDate": generated,
        "Bak1": message["account_there"],
    }


def _cancel(message: Message) -> Json:
    answered = {"TranRstCode": "0"} if message["kind"] else {}
    return {"OrConNum": message["letter"], "OrTxFunc": "1", **answered}


def _account(message: Message) -> Json:
    kind, said = message["kind"], message.get("information")
    body: Json = {"OrConNum": message["letter"], "TxFunc": "0" if said else str(kind)}
    if said:
        body |= _information(said)
    if kind == 2 or message.get("result"):
        body["TranRstCode"] = str(message.get("result", 0))
    if message.get("reason"):
        body["TranRstMsg"] = message["reason"]
    if kind != 2:
        body["Bak2"] = str(message.get("round", 0))
    return body


def _information(said: Json) -> Json:
    principal, interest = (
        int(said[name].replace(",", "").replace(".", "")) for name in ("principal", "interest")
    )
    return {
        "TranAmt": format_fen(principal + interest).replace(",", ""),
        "OrAcctAmt": said["principal"].replace(",", ""),
        "Yinter": said["interest"].replace(",", ""),
        "OAcctDate": said["opened_on"].replace("-", ""),
        "PayEndDate": said["paid_up_to"].replace("-", ""),
        "SixMconFlag": _yes(said["six_months"]),
        "LoanNum": str(said["loans"]),
        "LoanEndFlag": _yes(said["unsettled_loan"]),
        "FrLoanFlag": _yes(said["fraud"]),
        "FrLoanEnd": {matter: day.replace("-", "") for matter, day in said["bans"].items()},
        "Bak1": str(said["months"]) if said["months"] >= 0 else "",
    }


def _yes(flag: bool) -> str:
    return "1" if flag else "2"


_WRITERS: Final[dict[str, Callable[[Message], Json]]] = {
    "BDC901": _letter,
    "BDC903": _cancel,
    "BDC905": _account,
}


# ---------------------------------------------------------------- in


def from_platform(raw: Any, file: str) -> list[Message]:
    """The messages of a file, a batch as its items, centre codes as none; refuses ``message_malformed``."""
    if not isinstance(raw, dict) or not isinstance(raw.get("head"), dict) or "body" not in raw:
        raise Refusal("message_malformed", file=file, what="head, body")
    head = _loaded(form.Head(), raw["head"], file)
    code, body = head["TxCode"], raw["body"]
    if code == "BDC909":
        _loaded(form.Centres(), body, file)
        return []
    bodies = [body]
    if code in BATCHES:
        bodies, code = _loaded(form.Batch(), body, file)["Items"], BATCHES[code]
    if code not in form.BODIES:
        raise Refusal("message_malformed", file=file, what=f"TxCode: {', '.join(form.BODIES)}")
    address = {"from_centre": head["TxUnitNo"][:6], "to_centre": head["ReceiveNode"][:6]}
    serial = f"{head['TxUnitNo'][:6]}-{head['SendSeqNo']}"
    read = [_loaded(form.BODIES[code](), one, file) for one in bodies]
    return [
        {
            "serial": serial if len(read) == 1 else f"{serial}.{number}",
            "id_number": one["IdNum"] if one.get("DocType") == "01" else "",
            "message": code,
            **address,
            **_READERS[code](one),
        }
        for number, one in enumerate(read, start=1)
    ]


def _loaded(schema: Schema, raw: Any, file: str) -> Json:
    try:
        loaded: Json = schema.load(raw)
    except ValidationError as error:
        raise Refusal("message_malformed", file=file, what=str(error.messages)[:300]) from None
    except Refusal as refused:
        raise Refusal("message_malformed", file=file, what=refused.message()) from None
    return loaded


def _read_letter(body: Json) -> Json:
    message = {"letter": body["ConNum"], "kind": int(body["TxFunc"])}
    if body["TxFunc"] == "0":
        message |= {"account": body["SocRefAcctNo"], "account_there": body["Bak1"]}
    return {name: value for name, value in message.items() if value != ""}


def _read_cancel(body: Json) -> Json:
    return {"letter": body["OrConNum"], "kind": 1 if body["TranRstCode"] == "0" else 0}


def _read_account(body: Json) -> Json:
    message: Json = {"letter": body["OrConNum"], "kind": int(body["TxFunc"])}
    if body["TranRstMsg"]:
        message["reason"] = body["TranRstMsg"]
    if body["Bak2"]:
        message["round"] = int(body["Bak2"])
    if body["TranRstCode"] and (body["TxFunc"] != "0" or body["TranRstCode"] == "1"):
        message["result"] = int(body["TranRstCode"])
    if body["OrAcctAmt"] is not None and body["TxFunc"] != "2" and body["TranRstCode"] != "1":
        message["information"] = _read_information(body)
        message["kind"] = 1 if message.get("round") else 0
    return message


def _read_information(body: Json) -> Json:
    opened, paid = body["OAcctDate"], body["PayEndDate"]
    day = opened if len(opened) == 8 else f"{opened}01"
    return {
        "principal": format_fen(body["OrAcctAmt"]),
        "interest": format_fen(body["Yinter"] or 0),
        "months": int(body["Bak1"] or -1),
        "opened_on": f"{day[:4]}-{day[4:6]}-{day[6:]}",
        "paid_up_to": f"{paid[:4]}-{paid[4:6]}" if paid else "",
        "six_months": body["SixMconFlag"] == "1",
        "loans": int(body["LoanNum"] or 0),
        "unsettled_loan": body["LoanEndFlag"] == "1",
        "fraud": body["FrLoanFlag"] == "1",
        "bans": {matter: f"{end[:4]}-{end[4:6]}-{end[6:]}" for matter, end in body["FrLoanEnd"].items()},
    }


_READERS: Final[dict[str, Callable[[Json], Json]]] = {
    "BDC901": _read_letter,
    "BDC903": _read_cancel,
    "BDC904": lambda body: {"letter": body["OrConNum"]},
    "BDC905": _read_account,
}
