"""People and employers who do not exist, made from their number alone: the same number is always the same person."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, NamedTuple

from stdnum.cn import uscc

from commands.intake.identity import check_digit

REGIONS: Final = ("211402", "211403", "211404", "211421", "211422", "211481")
SURNAMES: Final = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
)
GIVEN: Final = "安宁平和康明亮清晓春秋夏冬东南西北山川江海河林森木石金玉文武仁义礼智信诚忠勤俭恒远志华国强建军红霞云月星辰"
TRADES: Final = (
    "中学",
    "小学",
    "医院",
    "水泥厂",
    "造船厂",
    "石化厂",
    "供热公司",
    "客运公司",
    "设计院",
    "纺织厂",
    "酒店",
    "印刷厂",
)
BORN_FROM: Final = date(1962, 1, 1)
_DAYS: Final = 14_000
_SEQUENCES: Final = 999
_EVERYONE: Final = len(REGIONS) * _DAYS * _SEQUENCES
_STRIDE: Final = 36_185_027  # a prime that divides none of the three, so that every number is another person


class Identity(NamedTuple):
    """A name and an identity number with a valid check digit."""

    name: str
    id_number: str


def person(number: int, seed: int) -> Identity:
    """The person of a number; with one seed all numbers below 80 million are different persons."""
    at = (number * _STRIDE + seed * 7_919) % _EVERYONE
    at, region = divmod(at, len(REGIONS))
    sequence, born = divmod(at, _DAYS)
    day = BORN_FROM + timedelta(days=born)
    first = f"{REGIONS[region]}{day.year}{day.month:02d}{day.day:02d}{sequence + 1:03d}"
    mixed = number * 2_654_435_761 + seed
    name = SURNAMES[mixed % len(SURNAMES)] + GIVEN[mixed // 97 % len(GIVEN)]
    if mixed // 7 % 3:
        name += GIVEN[mixed // 7_919 % len(GIVEN)]
    return Identity(name, first + check_digit(first))


def employer_name(number: int) -> str:
    """A name of an employer that says that it is an example."""
    return f"示例第{number + 1}{TRADES[number % len(TRADES)]}"


def employer_credit_code(number: int) -> str:
    """A unified social credit code with valid check characters, of this region and an example's number."""
    first = f"91211400MA{number:07d}"
    return first + str(uscc.calc_check_digit(first))
