"""Commands about the bank's statement (银行流水): lines are recorded as facts and matched with orders and books.

葫政发〔2019〕12号 第二十二条. A line is matched by the end-to-end id, then by the bank's serial number, then by what its
text mentions, then by the other party; what fits nothing is held in 219 or stays on the list with its age.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from itertools import chain
from typing import Any, Final, NamedTuple

from commands.handlers.deductions import loans_of
from commands.handlers.payments import come_back, of_end_to_end
from commands.handlers.registry import Work, command
from commands.schemas import payments as schemas
from ledger.books.references import Use, money_in
from ledger.dates import month_of
from ledger.limits import BATCH_ACCOUNTS_MAX
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import bank_line as lines
from ledger.streams import payment as payments
from ledger.streams import period as periods
from ledger.streams import receipt as receipts
from ledger.streams import remittance as remittances
from ledger.streams.bank_line import BankLine
from ledger.streams.payment import Payment
from projections.registers.references import standing

CLAUSE: Final = "葫政发〔2019〕12号 第二十二条"

_BOOKED: Final = re.compile(r"(?:account|payment|grant|roll)-")
"""Streams that book money under its serial number, besides receipts and a month's entries, which are told apart there."""

_MONTH: Final = re.compile(r"\d{4}-\d{2}\Z", re.ASCII)


@command("record_bank_lines", schemas.RecordBankLines, clause=CLAUSE, zh="登记银行流水")
def record_bank_lines(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records lines of a statement or a notice; a line that is known changes nothing, in whichever message it comes.

    Refuses ``lines_refused`` where a serial number comes with another content, unless ``accept_good_rows``.
    """
    found = [(lines.key(one["purse"], one["reference"]), one) for one in given["lines"]]
    work.uow.load("bank_line", [key for key, _ in found])
    new, refused = 0, []
    for row, (key, one) in enumerate(found, start=1):
        recorded = lines.Recorded(
            effective_on=one["booked_on"] or given["on"],
            purse=one["purse"],
            side=one["side"],
            amount_fen=one["amount"],
            reference=one["reference"],
            end_to_end=one["end_to_end"],
            reversal=one["reversal"],
            mentions=tuple(one["mentions"]),
            party=one["party"],
            message=one["message"],
        )
        try:
            events = lines.record(work.uow.state("bank_line", key), key, recorded)
        except Refusal as refusal:
            refused.append(LineRefusal(row, "reference", refusal))
            continue
        work.add("bank_line", key, events)
        new += len(events)
    work.refuse_lines(refused, len(found), given["accept_good_rows"])
    return {"new": new, "known": len(found) - len(refused) - new, "refused": len(refused)}


@command("reconcile", schemas.Reconcile, clause=CLAUSE, zh="银行对账")
def reconcile(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Matches the open lines, oldest first: orders are settled or come back, what is booked is confirmed, unknown money
    of the fund is held in 219. What fits nothing stays open, with the reason; running it again does nothing more.
    """
    narrower = {"purse": given["purse"]} if given["purse"] else {}
    found: dict[str, BankLine] = work.find("bank_line", status="open", **narrower)
    ready = [(key, one) for key, one in found.items() if one.booked_on and one.booked_on <= given["on"]]
    ready.sort(key=lambda item: (item[1].booked_on, item[1].side == "in", item[0]))
    desk = _Matching(work, dict(ready[:BATCH_ACCOUNTS_MAX]))
    counted: dict[str, int] = {}
    left = []
    for key, one in desk.open.items():
        try:
            found_for = desk.match(key, one)
        except Refusal as refusal:
            left.append({"line": key, "code": refusal.code})
            continue
        if found_for is None:
            left.append({"line": key, "code": "bank_line_unmatched"})
            continue
        desk.note(key, found_for)
        counted[found_for.by] = counted.get(found_for.by, 0) + 1
    return {"matched": counted, "open": left}


@command("match_line", schemas.MatchLine, clause=CLAUSE, zh="人工对账")
def match_line(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Says by hand what a line was for: a payment, a receipt, a remittance or a month's entry, of the same amount."""
    key, to = given["line"], given["to"]
    state: BankLine = work.uow.state("bank_line", key)
    if state.status != "open":
        work.add(
            "bank_line",
            key,
            lines.match(state, key, lines.Matched(effective_on=given["on"], to=to, by="hand")),
        )
        return {"line": key, "to": to}
    desk = _Matching(work, {key: state})
    kind, _, subject = to.partition("-")
    if kind == "payment":
        desk.pay(state, subject, state.end_to_end)
    elif desk.confirmed_fen(kind, subject, state) != state.amount_fen:
        raise Refusal("bank_line_fits_not", line=key, to=to)
    desk.note(key, _Found(to, "hand", given["reason"]))
    return {"line": key, "to": to}


class _Found(NamedTuple):
    """What a line is for, and what told so."""

    to: str
    by: str
    reason: str = ""


class _Matching:
    """The open lines of a unit of work, and everything that they may be for, read at once."""

    def __init__(self, work: Work, open_lines: dict[str, BankLine]) -> None:
        self.work = work
        self.open = open_lines
        self.confirmed: set[str] = set()
        self.months: dict[str, dict[int, periods.EntryBooked]] = {}
        ends = {one.end_to_end for one in open_lines.values()} - {""}
        self.by_end = of_end_to_end(work, sorted(ends))
        self.collected = loans_of(work, sorted(ends))
        mentioned = {word for one in open_lines.values() for word in one.mentions}
        self.by_mention = of_end_to_end(work, sorted(mentioned)) | self._orders_named(mentioned)
        self.debits = self._debits()
        parties = {one.party for one in open_lines.values()} - {""}
        named = work.uow.load("employer", sorted(mentioned | parties))
        self.employers = {employer for employer, state in named.items() if state.status}
        work.uow.load("receipt", list(open_lines))

    def _orders_named(self, words: set[str]) -> dict[str, str]:
        found = self.work.uow.load("payment", sorted(words))
        return {key: key for key, state in found.items() if state.status}

    def _debits(self) -> Counter[str]:
        """How many debits each order has on the statement: no try of it is paid by two of them."""
        orders = {*self.by_end.values(), *self.by_mention.values()}
        orders |= {key for keys in self.orders_by_serial.values() for key in keys}
        found = self.work.find("bank_line", matched_to=sorted(f"payment-{key}" for key in orders))
        return Counter(one.matched_to for one in found.values() if one.side == "out")

    def match(self, key: str, line: BankLine) -> _Found | None:
        """What a line is for, by the first of the four ways that tells."""
        if line.end_to_end in self.by_end:
            return self._paid(line, self.by_end[line.end_to_end], "end_to_end", line.end_to_end)
        for found in chain(self._by_deduction(line), self._by_reference(line)):
            return found
        for word in line.mentions:
            if word in self.by_mention:
                end = word if word != self.by_mention[word] else ""
                return self._paid(line, self.by_mention[word], "remark", end)
        for found in chain(self._by_remittance(line), self._by_party(line)):
            return found
        return self._hold(key, line)

    def _paid(self, line: BankLine, payment: str, by: str, end_to_end: str) -> _Found:
        self.pay(line, payment, end_to_end)
        return _Found(f"payment-{payment}", by)

    def pay(self, line: BankLine, payment: str, end_to_end: str) -> None:
        """Settles an order by a debit, brings it back by a credit. Refuses what the order refuses."""
        state: Payment = self.work.uow.state("payment", payment)
        if not state.status:
            raise Refusal("payment_unknown", payment=payment)
        if state.purse != line.purse:
            raise Refusal("payment_of_another_purse", payment=payment, purse=state.purse)
        on = line.booked_on
        assert on is not None, "a recorded line has its day"
        if line.side == "in":
            events = come_back(self.work, payment, line.amount_fen, line.reference, "退汇", on)
        else:
            end_to_end = end_to_end or payments.end_to_end_id(payment, state.attempt)
            events = payments.settle(state, payment, end_to_end, line.reference, line.amount_fen, on)
            if self.debits[f"payment-{payment}"] == len(state.paid) + len(events):
                raise Refusal("payment_paid_twice", payment=payment, reference=line.reference)
            self.debits[f"payment-{payment}"] += 1
        self.work.add("payment", payment, events)

    def _by_deduction(self, line: BankLine) -> Iterator[_Found]:
        """Money that was collected for a loan: booked with the bank's result, confirmed by its line."""
        loan = self.collected.get(line.end_to_end, "")
        if loan and line.side == "in":
            state = self.work.uow.state("deduction", loan)
            if (state.status, state.done_fen) != ("done", line.amount_fen):
                raise Refusal(
                    "deduction_differs", loan=loan, done_fen=state.done_fen, amount_fen=line.amount_fen
                )
            to = f"deduction-{loan}"
            if to in self.confirmed or self.work.find("bank_line", matched_to=to, end_to_end=line.end_to_end):
                raise Refusal("bank_line_fits_not", line=line.reference, to=to)
            yield _Found(to, "end_to_end")
        elif line.side == "in" and self._of_collection(line.end_to_end):
            raise Refusal("deduction_unknown", loan="", end_to_end=line.end_to_end)

    def _of_collection(self, end_to_end: str) -> bool:
        """Whether an id was given by one of our collections, though it is no loan's newest: nothing is booked again."""
        cuts = [at for at, letter in enumerate(end_to_end) if letter == "-"]
        batches = self.work.uow.load("batch", [end_to_end[:at] for at in cuts])
        return any(one.direction == "collect" for one in batches.values())

    def _by_reference(self, line: BankLine) -> Iterator[_Found]:
        """What was booked under the bank's own serial number: an order, a receipt, an entry of the month."""
        for key in self.orders_by_serial.get(line.reference, ()):
            if line.side == "out":
                yield self._paid(line, key, "serial", "")
        for key, state in self.receipts_by_serial.get(line.reference, {}).items():
            if line.side == "in" and state.received_fen == line.amount_fen and line.purse == "fund":
                yield _Found(f"receipt-{key}", "serial")
        use = self.uses_by_serial.get(f"{money_in(line.purse)}:{line.reference}")
        if line.side == "in" and use and use.amount_fen == line.amount_fen and _BOOKED.match(use.stream_id):
            yield _Found(use.stream_id, "serial")
        assert line.booked_on is not None, "a recorded line has its day"
        month = periods.key(month_of(line.booked_on))
        for version, entry in self._entries(month).items():
            if entry.reference == line.reference and entry.amount_fen == line.amount_fen:
                yield _Found(f"period-{month}/{version}", "serial")

    @cached_property
    def uses_by_serial(self) -> dict[str, Use]:
        """What money that came in was booked as, by where its serial number counts."""
        lines = [one for one in self.open.values() if one.side == "in"]
        asked = sorted({f"{money_in(one.purse)}:{one.reference}" for one in lines})
        return standing(self.work.uow.connection, asked)

    @cached_property
    def orders_by_serial(self) -> dict[str, list[str]]:
        asked = sorted({one.reference for one in self.open.values() if one.side == "out"})
        found: dict[str, list[str]] = {}
        for key, state in self.work.find("payment", bank_reference=asked).items():
            found.setdefault(state.bank_reference, []).append(key)
        return found

    @cached_property
    def receipts_by_serial(self) -> dict[str, dict[str, receipts.Receipt]]:
        asked = sorted({one.reference for one in self.open.values() if one.side == "in"})
        found: dict[str, dict[str, receipts.Receipt]] = {}
        for key, state in self.work.find("receipt", bank_reference=asked).items():
            found.setdefault(state.bank_reference, {})[key] = state
        return found

    def _entries(self, month: str) -> dict[int, periods.EntryBooked]:
        """The entries of a month by their versions: bank interest, fees, payments to the treasury."""
        if month not in self.months:
            stream = self.work.history("period", month)
            entries = {one.originator_version: one.body for one in stream}
            self.months[month] = {
                version: one for version, one in entries.items() if isinstance(one, periods.EntryBooked)
            }
        return self.months[month]

    def _by_remittance(self, line: BankLine) -> Iterator[_Found]:
        """A remittance that was booked straight from the bank: its employer and its month stand in the text."""
        if line.side != "in" or line.purse != "fund":
            return
        months = [word for word in line.mentions if _MONTH.match(word)]
        for employer in self.employers.intersection(line.mentions):
            for month in months:
                key = remittances.key(employer, month)
                if self.confirmed_fen("remittance", key, line) == line.amount_fen:
                    yield _Found(f"remittance-{key}", "remark")

    def confirmed_fen(self, kind: str, subject: str, line: BankLine) -> int:
        """What the books have of something that no line has confirmed yet, in fen; nothing where it is not known."""
        to = f"{kind}-{subject}"
        if to in self.confirmed or self.work.find("bank_line", matched_to=to):
            return 0
        match kind:
            case "receipt" if line.side == "in":
                return int(self.work.uow.state("receipt", subject).received_fen)
            case "remittance" if line.side == "in":
                return int(self.work.uow.state("remittance", subject).total_fen)
            case "period":
                month, _, version = subject.partition("/")
                entry = self._entries(month).get(int(version) if version.isdecimal() else 0)
                return entry.amount_fen if entry else 0
            case _:
                return 0

    def _by_party(self, line: BankLine) -> Iterator[_Found]:
        """Money back from a payee: the one settled order to him of this amount."""
        if line.side != "in" or not line.party:
            return
        to_him = self.work.find("payment", payee=line.party, amount_fen=line.amount_fen)
        paid = [key for key, state in to_him.items() if state.status == "settled"]
        if len(paid) == 1:
            yield self._paid(line, paid[0], "name", "")

    def _hold(self, key: str, line: BankLine) -> _Found | None:
        """Money of the fund that nobody knows is held (暂收), for the employer that its text or its sender names."""
        if line.side != "in" or line.purse != "fund" or line.reversal:
            return None
        assert line.booked_on is not None, "a recorded line has its day"
        employer = next((one for one in (line.party, *line.mentions) if one in self.employers), "")
        received = receipts.Received(
            effective_on=line.booked_on,
            amount_fen=line.amount_fen,
            why="unknown",
            employer=employer,
            bank_reference=line.reference,
        )
        if self.work.booked_before("receipt", key, received):
            return _Found(f"receipt-{key}", "held")
        held = self.work.uow.state("receipt", key)
        self.work.add("receipt", key, receipts.receive(held, key, received))
        return _Found(f"receipt-{key}", "held")

    def note(self, key: str, found: _Found) -> None:
        """Writes on the line what it was for."""
        line = self.open[key]
        self.confirmed.add(found.to)
        assert line.booked_on is not None, "a recorded line has its day"
        matched = lines.Matched(effective_on=line.booked_on, to=found.to, by=found.by, reason=found.reason)
        self.work.add("bank_line", key, lines.match(line, key, matched))
