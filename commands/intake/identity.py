"""Identity numbers (公民身份号码, GB 11643) and unified social credit codes (统一社会信用代码, GB 32100).

Length, check digit and date of birth are proved; the region only warns, because codes were withdrawn over the years
and the numbers given out under them stay valid. Messages carry masked numbers only.
"""

from __future__ import annotations

import re
from datetime import date
from operator import mul
from typing import Final

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from ledger.refusal import Refusal
from ledger.store.persons import masked_number

_NUMBER: Final = re.compile(r"\d{17}[\dX]\Z", re.ASCII)
_FORMER: Final = re.compile(r"\d{15}\Z", re.ASCII)
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ZEROS: Final = ord("0") * sum(_WEIGHTS)
_CHECKS: Final = "10X98765432"
_PROVINCES: Final = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")


def identity_number(text: str) -> str:
    """The number in its one form: 18 characters, ``X`` large, a former 15-digit number extended.

    Refuses ``identity_malformed``, ``identity_check_digit`` and ``identity_birth_date``.
    """
    number = text.upper()
    if _FORMER.match(number):
        number = number[:6] + "19" + number[6:]
        number += check_digit(number)
    elif not _NUMBER.match(number):
        raise Refusal("identity_malformed", number=masked_number(text))
    if check_digit(number) != number[17]:
        raise Refusal("identity_check_digit", number=masked_number(text))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born = date.min
    if born.year < 1900:
        raise Refusal("identity_birth_date", number=masked_number(text))
    return number


def check_digit(number: str) -> str:
    """The 18th character that belongs to the first 17 (ISO 7064 MOD 11-2)."""
    return _CHECKS[(sum(map(mul, number[:17].encode(), _WEIGHTS)) - _ZEROS) % 11]


def region_is_known(number: str) -> bool:
    """Whether a number begins with the code of a province (GB/T 2260)."""
    return _PROVINCES.match(number) is not None


def credit_code(text: str) -> str:
    """A unified social credit code in its one form; refuses ``credit_code_wrong``."""
    try:
        code: str = uscc.validate(text)
    except ValidationError:
        raise Refusal("credit_code_wrong", text=text[:20]) from None
    return code
