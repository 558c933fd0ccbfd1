"""The proof: everything recomputed by another path, and two attacks on copies of the file that are found."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

from commands.cli.demo.stage import Stage
from commands.cli.opening import open_desk
from commands.cli.output import language, say
from commands.cli.proving import replayed, show_report, verified
from projections.replay.checkpoint import checkpoint


def prove(stage: Stage) -> None:
    """Everything recomputed twice over, and a checkpoint to keep elsewhere."""
    with stage.chapter("举证", "Proof"):
        report = verified(stage.desk)
        show_report(report)
        done = replayed(stage.desk, switch=False)
        say(
            f"重建 {len(done.tables)} 张表：{'全部相同' if done.equal else '有不同！'}，"
            f"每秒 {round(done.events / done.seconds):,} 个事件",
            f"{len(done.tables)} tables rebuilt from the events: {'all identical' if done.equal else 'NOT identical'}, "
            f"{round(done.events / done.seconds):,} events a second",
        )
    with stage.desk.ledger.database.reading() as connection:
        stage.checkpoint = checkpoint(connection)
    (stage.folder / "checkpoint.json").write_text(json.dumps(stage.checkpoint, indent=2), "utf-8")


def show_tampering(stage: Stage) -> None:
    """Two attacks on copies of the file, by someone who owns it and the triggers in it."""
    folder = stage.folder
    attacks = {
        "tampered.db": (
            "把一笔缴存的个人部分改大十倍",
            "one employee's contribution made ten times as large",
            "UPDATE event SET state = replace(state, '\"employee_fen\":', '\"employee_fen\":1') WHERE id = "
            "(SELECT min(id) FROM event WHERE topic = 'account.deposited/1')",
        ),
        "cut.db": (
            "删除最后一次记账及其事件",
            "the last commit deleted together with its events",
            "DELETE FROM event WHERE id >= (SELECT first_event_id FROM ledger_commit ORDER BY id DESC LIMIT 1);"
            "DELETE FROM idempotency WHERE commit_id = (SELECT max(id) FROM ledger_commit);"
            "DELETE FROM ledger_commit WHERE id = (SELECT max(id) FROM ledger_commit)",
        ),
    }
    with stage.chapter("背着账本改数据库", "The database changed behind the ledger's back"):
        for name, (zh, en, statements) in attacks.items():
            copy_of(folder / "ledger.db", folder / name)
            change_by_force(folder / name, statements)
            with open_desk(f"sqlite:///{folder / name}") as desk:
                report = verified(desk, stage.checkpoint)
            say(
                f"{zh}：{'发现' if not report.sound else '未发现！'}",
                f"{en}: {'found' if not report.sound else 'NOT found'}",
            )
            for one in report.findings[:3]:
                say(f"  ✗ [{one.code}] {one.message(language())}")


def copy_of(source: Path, target: Path) -> None:
    """A copy of a SQLite file, whatever still stands in its log."""
    with sqlite3.connect(source) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(source, target)


def change_by_force(file: Path, statements: str) -> None:
    """Takes the triggers away that protect events, and runs statements."""
    with sqlite3.connect(file) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statements)
    connection.close()
