"""Personal balances in plain SQL (个人账户余额), written for an auditor to read and to run with any SQL client.

Nothing of the program takes part: the statement reads the JSON of the events and says, for each kind of event, which
amounts it adds. 葫政发〔2019〕12号 第二十二条 asks for such a second, independent computation. Amounts in fen.
"""

from __future__ import annotations

from typing import Final

_STATEMENT: Final = """
SELECT substr(stream_id, 9) AS account,
       CAST(SUM(CASE topic
           WHEN 'account.deposited/1'          THEN {employer_fen} + {employee_fen}  -- 缴存
           WHEN 'account.balance_taken_over/1' THEN {carried_fen} + {current_fen}    -- 期初余额
           WHEN 'account.transferred_in/1'     THEN {amount_fen}                     -- 异地转入
           WHEN 'account.recovered/1'          THEN {amount_fen}                     -- 追回骗提资金
           WHEN 'account.transferred_out/1'    THEN -{carried_fen} - {current_fen}   -- 异地转出
           WHEN 'account.withdrawn/1'          THEN -{carried_fen} - {current_fen}   -- 提取
           WHEN 'account.remainder_paid/1'     THEN -{carried_fen} - {current_fen}   -- 销户后补付
           WHEN 'account.entry_reversed/1'     THEN {carried_fen} + {current_fen}    -- 冲账（带符号）
           WHEN 'account.interest_credited/1'  THEN {carried_fen} + {current_fen}    -- 结息
           ELSE 0
       END) AS BIGINT) AS balance_fen
FROM event
WHERE stream_id LIKE 'account-%'
GROUP BY stream_id
"""

_FIELDS: Final = ("employer_fen", "employee_fen", "carried_fen", "current_fen", "amount_fen")

BALANCES: Final = {
    "sqlite": _STATEMENT.format(**{name: f"json_extract(state, '$.{name}')" for name in _FIELDS}),
    "postgresql": _STATEMENT.format(
        **{name: f"CAST(CAST(state AS jsonb) ->> '{name}' AS bigint)" for name in _FIELDS}
    ),
}
"""The statement for each kind of database: ``account`` and ``balance_fen`` of every account that has events."""
