"""``provident``: the command line. Each command is a small module, read only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise
from typing import Final, NamedTuple

import click

from commands.cli.chinese import teach_click
from commands.cli.opening import DEFAULT_LEDGER
from commands.cli.output import Group, Option, choose_language, words


class Known(NamedTuple):
    """A command that is there: where it is written and its line in the overview."""

    name: str
    place: str
    zh: str
    en: str


COMMANDS: Final = {
    known.name: known
    for known in (
        Known("demo", "demo:demo", "示例城市：导入、查询、举证", "A small city: import, ask, prove"),
        Known("import", "importing:import_group", "导入文件", "Take files in"),
        Known("sample", "importing:sample", "生成示例文件", "Write files to try with"),
        Known("init", "database:init", "建立账本", "Make a ledger"),
        Known("db", "database:db", "账本升级与数据库角色", "Upgrade a ledger, grant its roles"),
        Known("do", "doing:do", "办理业务", "Carry out a command"),
        Known("propose", "four_eyes:propose", "提交付款业务待审批", "Propose what pays money out"),
        Known("approve", "four_eyes:approve", "审批通过并办理", "Approve a proposal and carry it out"),
        Known("reject", "four_eyes:reject", "审批不通过", "Reject a proposal"),
        Known("proposals", "four_eyes:proposals", "待审批业务", "Proposals that wait for a decision"),
        Known("account", "accounts:account", "个人账户：余额与历史", "A personal account: balance, history"),
        Known(
            "employer",
            "employers:employer",
            "单位：人数、欠缴、挂账",
            "An employer: heads, arrears, held money",
        ),
        Known("person", "conduct:person", "个人诚信记录", "A person's record of conduct"),
        Known("blacklist", "conduct:blacklist", "诚信系统黑名单", "Who is barred, on any day"),
        Known("trail", "trail:trail", "某人的操作痕迹", "All that one person did or approved"),
        Known("penalties", "conduct:penalties", "责令与处罚", "Orders and fines on employers"),
        Known("transfers", "transfers:transfers", "异地转移接续", "Transfers between cities"),
        Known("loan", "loans:loan", "贷款：试算、台账、逾期", "Loans: quote, register, overdue"),
        Known(
            "payments",
            "payments:payments",
            "划款：批次、回执与对账",
            "Payment orders: batches, answers, reconciling",
        ),
        Known("trial-balance", "books:trial_balance", "试算平衡表", "The trial balance"),
        Known("journal", "books:journal", "记账凭证", "The journal"),
        Known(
            "obligations", "standing:obligations", "期限义务与挂账账龄", "Duties with their days, held money"
        ),
        Known("status", "standing:status", "账本状态", "Positions, lags and size"),
        Known("statement", "statements:statement", "对账单真伪核验", "Is a statement genuine?"),
        Known("grant", "grants:grant", "补贴：办理、历史与依据", "Grants: steps, histories, amounts"),
        Known("budget", "grants:budget", "补贴预算的执行", "Budgets of subsidies"),
        Known("why", "why:why", "追溯一笔数字的依据", "Why a figure is what it is"),
        Known("verify", "proving:verify", "核验账本", "Prove that nothing was changed"),
        Known("checkpoint", "proving:checkpoint", "输出检查点", "A checkpoint to keep elsewhere"),
        Known("replay", "proving:replay", "由事件重建台账与视图", "Rebuild every table from the events"),
        Known("year", "year:year", "缴存年度：结息与补息", "The fund year: settlement, adjustments"),
        Known("report", "reports:report", "年度报告：审议与公布", "The annual report: review, publication"),
        Known("books", "statements_of_books:books", "会计结账与报表", "The books: close and statements"),
        Known("jobs", "jobs:jobs", "定时任务", "What runs by the clock"),
        Known("backup", "jobs:backup", "在线备份", "Back the ledger up while it is in use"),
        Known("restore", "jobs:restore", "恢复备份", "Put a backup into an empty ledger"),
        Known("doctor", "doctor:doctor", "检查运行环境", "Check what the ledger needs to work"),
        Known("rules", "rules:rules", "规则与依据", "The rules of the law"),
        Known("policy", "policy:policy", "法定参数", "The legal parameters"),
        Known("programme", "programmes:programme", "补贴项目目录", "The catalogue of subsidies"),
        Known("roll", "rolls:roll", "按月发放的花名册", "Monthly rolls"),
        Known("pool", "rolls:pool", "年度奖励资金池", "The awards of a year"),
        Known(
            "subsidy", "subsidies:subsidy", "补贴查询与清册", "Budgets, payment lists, accounts of subsidies"
        ),
        Known("bench", "bench:bench", "测量并对照", "Figures, side by side"),
        Known("scenario", "scenario:scenario", "核对情景案例", "Check cases in the fund's language"),
    )
}


class Overview(Group):
    """The outermost group: knows its commands without reading them."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # The language is needed before the first word of help or of an error is written.
        given = [word.removeprefix("--lang=") for word in args if word.startswith("--lang=")]
        given += [after for word, after in pairwise(args) if word == "--lang"]
        choose_language(given[0] if given else "")
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].place.partition(":")
        found: click.Command = getattr(import_module(f"commands.cli.{module}"), name)
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(words("命令", "Commands")):
            formatter.write_dl([(one.name, words(one.zh, one.en)) for one in COMMANDS.values()])


@click.group(
    cls=Overview,
    context_settings={"max_content_width": 110},
    zh="住房公积金事件账：每一笔业务都是不可更改的事件，余额与报表随时可以重算、可以举证。",
    example="provident demo --dir demo\nprovident --ledger sqlite:///demo/ledger.db account history A00000001",
)
@click.option(
    "--ledger",
    cls=Option,
    envvar="PROVIDENT_LEDGER",
    default=DEFAULT_LEDGER,
    show_default=True,
    metavar="URL",
    zh="账本所在：sqlite:///文件 或 postgresql+psycopg://…（也可用环境变量 PROVIDENT_LEDGER）。",
    help="The ledger: sqlite:///FILE or postgresql+psycopg://… (or the variable PROVIDENT_LEDGER).",
)
@click.option(
    "--policy",
    cls=Option,
    envvar="PROVIDENT_POLICY",
    metavar="FILE",
    zh="本市自定数值（社会平均工资等）；默认为账本旁的 policy.yaml。",
    help="The figures that only the city sets, such as its average wage; by default policy.yaml beside the ledger.",
)
@click.option(
    "--lang",
    cls=Option,
    type=click.Choice(["zh", "en"]),
    zh="输出语言（也可用环境变量 PROVIDENT_LANG）。",
    help="The language of answers and help (or the variable PROVIDENT_LANG, else the locale).",
)
@click.version_option(
    package_name="provident-ledger",
    prog_name="provident",
    cls=Option,
    zh="显示版本。",
    help="Show the version.",
)
def main(ledger: str, policy: str | None, lang: str | None) -> None:
    """An event-sourced ledger for a housing provident fund: every figure can be rebuilt and proved."""


teach_click()

__all__ = ["main"]
