"""A file of real returns goes through the whole product, and what became of it is counted."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ORDERS = """\
order_number,placed_at,delivered_at,email,customer_name,country,currency,shipping,line_id,sku,product_name,quantity,unit_price
1,2011-01-03T09:00:00+00:00,2011-01-03T09:00:00+00:00,a@example.com,A,GB,GBP,2.95,1,MUG,Mug,6,2.55
1,2011-01-03T09:00:00+00:00,2011-01-03T09:00:00+00:00,a@example.com,A,GB,GBP,2.95,2,MUG,Mug,2,2.55
2,2011-01-04T09:00:00+00:00,2011-01-04T09:00:00+00:00,b@example.com,B,GB,GBP,0.00,1,LAMP,Lamp,1,19.99
"""
RETURNS = """\
reference,requested_at,order_number,line_id,quantity
C1,2011-01-10T12:00:00+00:00,1,1,2
C1,2011-01-10T12:00:00+00:00,1,2,1
C2,2011-01-10T12:00:00+00:00,1,1,4
C3,2011-02-04T12:00:00+00:00,2,1,1
"""
EXPECTED: dict[str, Any] = {
    "orders": 2,
    "order_lines": 3,
    "returns": 3,
    "return_lines": 4,
    "windows": {
        "30": {"returns": 2, "return_lines": 3, "refund": 7 * 255},
        "31": {"returns": 3, "return_lines": 4, "refund": 7 * 255 + 1999},
    },
}


def replay(folder: Path, window: int, expected: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """The command as an operator runs it, with files in this folder."""
    (folder / "orders.csv").write_text(ORDERS)
    (folder / "returns.csv").write_text(RETURNS)
    (folder / "expected.json").write_text(json.dumps(expected))
    files = ["orders.csv", "returns.csv", "--window", str(window), "--json", "--expect", "expected.json"]
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "replay", *files]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("window", "waiting"), [(30, 1), (31, 0)])
def test_every_return_is_refunded_to_the_penny_or_waits_for_an_agent(tmp_path, window: int, waiting: int) -> None:
    done = replay(tmp_path, window, EXPECTED)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    wanted = EXPECTED["windows"][str(window)]
    assert outcome["refunded"] == outcome["provider_refunded"] == wanted["refund"]
    assert outcome["refunded_returns"] == wanted["returns"]
    assert outcome["waiting_returns"] == waiting
    assert outcome["lost_returns"] == 0
    assert outcome["webhooks_worked"] == outcome["provider_refunds"] == wanted["returns"]
    assert f"invariants hold over {wanted['returns']} refunds" in done.stderr


def test_a_difference_to_what_was_expected_fails_and_is_named(tmp_path) -> None:
    wrong = {**EXPECTED, "windows": {"30": {"returns": 2, "return_lines": 3, "refund": 1}}}
    done = replay(tmp_path, 30, wrong)
    assert done.returncode == 1
    assert "refunded: 1,785 is not 1" in done.stderr
