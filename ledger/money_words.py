"""Amounts in words (中文大写金额), as the rules for filling in payment instruments require.

《支付结算办法》附一 正确填写票据和结算凭证的基本规定 第一、二条: 壹至玖、拾佰仟万亿; 整 after yuan, none needed after
jiao (as in the rule's own ￥1,409.50), never after fen; one 零 for any run of zeros inside the figure; 零 before
fen when there is no jiao.
"""

from __future__ import annotations

from typing import Final

from ledger.limits import AMOUNT_FEN_MAX
from ledger.refusal import Refusal

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")


def in_words(fen: int) -> str:
    """An amount in fen in words: ``168032`` gives ``人民币壹仟陆佰捌拾元零叁角贰分``.

    Refuses ``amount_not_in_words`` for a negative amount, which no instrument may carry, and
    ``amount_too_large`` above ``AMOUNT_FEN_MAX``.
    """
    if fen < 0:
        raise Refusal("amount_not_in_words", amount_fen=fen)
    if fen > AMOUNT_FEN_MAX:
        raise Refusal("amount_too_large", text=str(fen))
    yuan, rest = divmod(fen, 100)
    jiao, single = divmod(rest, 10)
    words = _whole(yuan) + "元" if yuan else ""
    if not rest:
        return f"人民币{words or '零元'}整"
    if jiao:
        # Of the two ways the rule allows for a yuan place of 0 (￥1,680.32), the first: one 零 before the jiao.
        gap = "零" if yuan and not yuan % 10 else ""
        words += f"{gap}{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return f"人民币{words}" + (f"{_DIGITS[single]}分" if single else "")


def _whole(yuan: int) -> str:
    """Whole yuan in groups of ten thousand (万, 亿, 万亿); a gap inside reads as one 零."""
    words, gap, high = "", False, False
    for power in range(len(_GROUPS) - 1, -1, -1):
        group = yuan // 10_000**power % 10_000
        if not group:
            gap = bool(words)
            if power == 2 and high:
                words += "亿"  # 壹万亿: the 万 of 亿 stands before an empty group of 亿
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + ("万" if power == 3 else _GROUPS[power])
        gap, high = False, power == 3
    return words


def _group(number: int) -> str:
    """A number below ten thousand."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
