"""What click itself says, in Chinese: headings of its help and its complaints about wrong use.

click looks its words up through ``gettext`` when it says them. A catalogue would follow the process's locale; ours
follows ``--lang``, so its two look-up functions are given ours.
"""

from __future__ import annotations

from typing import Any, Final

from click import core, exceptions, formatting, parser, types

from commands.cli.output import language

CHINESE: Final = {
    "Usage:": "用法：",
    "Options": "选项",
    "Commands": "命令",
    "Error: {message}": "错误：{message}",
    "Try '{command} {option}' for help.": "用 {command} {option} 查看用法。",
    "No such command {name!r}.": "没有命令 {name}。",
    "No such option {name!r}.": "没有选项 {name}。",
    "Missing command.": "缺少命令。",
    "Missing argument": "缺少参数",
    "Missing option": "缺少选项",
    "Missing parameter": "缺少参数",
    "Invalid value: {message}": "取值有误：{message}",
    "Invalid value for {param_hint}: {message}": "{param_hint} 取值有误：{message}",
    "Got unexpected extra argument ({args})": "多余的参数（{args}）",
    "Got unexpected extra arguments ({args})": "多余的参数（{args}）",
    "Did you mean {possibility}?": "是否指 {possibility}？",
    "(Did you mean one of: {possibilities}?)": "（是否指 {possibilities}？）",
    "Option {name!r} requires an argument.": "选项 {name} 需要一个值。",
    "Option {name!r} does not take a value.": "选项 {name} 不带值。",
    "default: {default}": "默认：{default}",
    "{value!r} is not one of {choices}.": "{value!r} 不是 {choices} 之一。",
    "{value!r} is not a valid {number_type}.": "{value!r} 不是合格的 {number_type}。",
    "{value} is not in the range {range}.": "{value} 不在范围 {range} 内。",
    "{name} {filename!r} does not exist.": "{name} {filename!r} 不存在。",
    "{name} {filename!r} is a directory.": "{name} {filename!r} 是文件夹。",
    "Could not open file {filename!r}: {message}": "无法打开文件 {filename!r}：{message}",
}


def teach_click() -> None:
    """Lets click speak the language that was asked for."""
    for module in (core, exceptions, formatting, parser, types):
        spoken: Any = module
        spoken._ = _said
        if hasattr(module, "ngettext"):
            spoken.ngettext = _counted


def _said(message: str) -> str:
    return CHINESE.get(message, message) if language() == "zh" else message


def _counted(one: str, many: str, number: int) -> str:
    return _said(one if number == 1 else many)
