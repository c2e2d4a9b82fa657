"""`manage.py backtest`: files or rows in, numbers out."""

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from returns.management.commands.backtest import _money
from returns.models import Policy
from tests.people import NOW, asked, bought, promised

ONLINE_RETAIL = settings.BASE_DIR.parent / "shared" / "data" / "online-retail"
ORDERS = """\
order_number,placed_at,delivered_at,email,customer_name,country,currency,shipping,line_id,sku,product_name,quantity,unit_price
A-1,2026-11-02T09:00:00+00:00,2026-11-02T09:00:00+00:00,jana@example.com,Jana,DE,EUR,4.95,1,TS,T-shirt,3,33.33
A-1,2026-11-02T09:00:00+00:00,2026-11-02T09:00:00+00:00,jana@example.com,Jana,DE,EUR,4.95,2,MUG,Mug,1,4.95
A-2,2026-11-02T09:00:00+00:00,2026-11-02T09:00:00+00:00,karel@example.com,Karel,DE,EUR,0.00,1,MUG,Mug,2,4.95
A-3,2026-11-02T09:00:00+00:00,2026-11-02T09:00:00+00:00,karel@example.com,Karel,DE,EUR,0.00,1,MUG,Mug,2,4.95
"""
RETURNS = """\
reference,requested_at,order_number,line_id,quantity
R-1,2026-11-05T09:00:00+00:00,A-1,1,2
R-1,2026-11-05T09:00:00+00:00,A-1,2,1
R-2,2026-11-10T10:00:00+00:00,A-2,1,1
R-3,2026-11-24T09:00:00+00:00,A-1,1,1
"""


class Files:
    """The orders and returns of a test, as the command's options."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.orders(ORDERS)
        self.returns(RETURNS)

    def orders(self, text: str) -> None:
        (self.folder / "orders.csv").write_text(text)

    def returns(self, text: str) -> None:
        (self.folder / "returns.csv").write_text(text)

    def expected(self, **told: Any) -> str:
        file = self.folder / "expected.json"
        windows = {"7": {"returns": 1, "return_lines": 2, "refund": 7161}}
        file.write_text(json.dumps({"returns": 3, "return_lines": 4, "windows": windows} | told))
        return f"--expect={file}"

    @property
    def options(self) -> list[str]:
        return [f"--orders={self.folder / 'orders.csv'}", f"--returns={self.folder / 'returns.csv'}"]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def told(*options: str) -> str:
    out = io.StringIO()
    call_command("backtest", *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def numbers(*options: str) -> dict[str, Any]:
    return json.loads(told("--json", *options))


def test_files_are_tried_without_a_database(files: Files) -> None:
    """Two shirts of three at 99.99 are 66.66; the mug 4.95."""
    report = numbers("--policy-only", "--window=7", *files.options)
    assert report == {
        "policy_only": True,
        "law_of": None,
        "days": {"from": None, "until": None},
        "orders": 2,
        "returns": 3,
        "lines": 4,
        "policies": [
            {
                "policy": "window-7",
                "terms": [{"id": "window-7", "version": 1}],
                "accepted": {"returns": 1, "lines": 2, "units": 3, "goods": {"EUR": 7161}},
                "referred": {"returns": 0, "lines": 0, "units": 0, "goods": {}},
                "refused": {"returns": 2, "lines": 2, "units": 2, "goods": {"EUR": 495 + 3333}},
                "impossible": {"returns": 0, "lines": 0, "units": 0, "goods": {}},
                "fees": {"EUR": 0},
                "refund": {"EUR": 7161},
                "refusals_the_law_forbids": None,
                "changed_by_law": None,
            }
        ],
        "differences": [],
        "returns_without_order": 0,
    }


def test_a_person_reads_tables_and_every_change_with_its_rule(files: Files) -> None:
    assert told("--window=7", "--window=30", *files.options) == TOLD


TOLD = """\
3 returns with 4 lines of 2 orders, judged by promise and law.

window-7        returns     lines       units  goods
  accepted            2         3           4  76.56 EUR
  referred            0         0           0  0
  refused             1         1           1  33.33 EUR
  law forbids         1         1           1  4.95 EUR
  fees kept   0.00 EUR
  refund      76.56 EUR

window-7 alone -> window-7
  returns 1, lines 1, refund +4.95 EUR
  rules: C-1 1
  R-2 of A-2, 2026-11-10T10:00+00:00: refuse -> accept, +4.95 EUR, by C-1
    line 1, units 1: refuse; window_passed policy_until=2026-11-09 days=7 units_open=0
      -> accept; window_passed policy_until=2026-11-09 days=7 units_open=0; statutory_right statutory_until=2026-11-16

window-30       returns     lines       units  goods
  accepted            3         4           5  109.89 EUR
  referred            0         0           0  0
  refused             0         0           0  0
  law forbids         0         0           0  0
  fees kept   0.00 EUR
  refund      109.89 EUR

window-30 alone -> window-30
  returns 0, lines 0, refund 0
  rules: none

window-7 -> window-30
  returns 1, lines 1, refund +33.33 EUR
  rules: window_passed 1
  R-3 of A-1, 2026-11-24T09:00+00:00: refuse -> accept, +33.33 EUR, by window_passed
    line 1, units 1: refuse; window_passed policy_until=2026-11-09 days=7 units_open=0
      -> accept
"""


def test_with_the_law_its_changes_stand_beside_each_policy(files: Files) -> None:
    [policy] = numbers("--window=7", *files.options)["policies"]
    assert policy["refusals_the_law_forbids"]["returns"] == 1
    assert [change["return"] for change in policy["changed_by_law"]["changes"]] == ["R-2"]


def test_only_returns_of_the_days_told_are_counted(files: Files) -> None:
    report = numbers("--policy-only", "--window=7", "--from=2026-11-05", "--until=2026-11-10", *files.options)
    assert (report["returns"], report["lines"]) == (2, 3)
    assert report["days"] == {"from": "2026-11-05", "until": "2026-11-10"}


def test_the_law_of_another_day_is_tried_on_old_orders(files: Files) -> None:
    """Nobody had this right in 2012: next year's promise is tried by the law of today."""
    for name, text in (("orders", ORDERS), ("returns", RETURNS)):
        (files.folder / f"{name}.csv").write_text(text.replace("2026-", "2012-"))
    assert numbers("--window=7", *files.options)["policies"][0]["changed_by_law"]["changes"] == []
    report = numbers("--window=7", "--law-of=2026-11-01", *files.options)
    assert report["law_of"] == "2026-11-01"
    [change] = report["policies"][0]["changed_by_law"]["changes"]
    assert (change["return"], change["rules"]) == ("R-2", ["C-1"])


OLDER = (
    "The law changes nothing: 2 of 2 orders are older than what is known of their country's law. "
    "--law-of DATE judges by the law of that day.\n"
)


@pytest.mark.parametrize(
    ("years", "options", "told"),
    [
        (("2012", "2012"), [], OLDER),
        (("2012", "2012"), ["--law-of=2026-11-01"], ""),
        (("2012", "2012"), ["--policy-only"], ""),
        (("2012", "2026"), [], ""),
        (("2026", "2026"), [], ""),
    ],
)
def test_a_law_that_changes_nothing_because_orders_are_older_is_told(
    files: Files, years: tuple[str, str], options: list[str], told: str
) -> None:
    """The first order is of one year, the second of the other."""
    first, second = (ORDERS.replace("2026-", f"{year}-").splitlines(keepends=True) for year in years)
    files.orders("".join([*first[:3], *second[3:]]))
    err = io.StringIO()
    call_command("backtest", "--window=7", *options, *files.options, stdout=io.StringIO(), stderr=err)
    assert err.getvalue() == told


def test_an_amount_of_a_currency_that_nobody_knows_is_told_in_minor_units() -> None:
    assert _money({"EUR": 495, "XYZ": 1234}, "+") == "+4.95 EUR, +1,234 minor units of XYZ"


def test_every_policy_is_compared_with_the_first_that_was_named(files: Files) -> None:
    report = numbers("--policy-only", "--window=30", "--window=7", "--window=0", *files.options)
    assert [(one["before"], one["after"], one["refund"]) for one in report["differences"]] == [
        ("window-30", "window-7", {"EUR": -3828}),
        ("window-30", "window-0", {"EUR": -10989}),
    ]


def test_no_more_changes_are_listed_than_asked_for(files: Files) -> None:
    report = numbers("--policy-only", "--window=30", "--window=7", "--changes=1", *files.options)
    [difference] = report["differences"]
    assert (difference["returns"], len(difference["changes"]), difference["not_listed"]) == (2, 1, 1)
    assert "  and 1 more (--changes)\n" in told(
        "--policy-only", "--window=30", "--window=7", "--changes=1", *files.options
    )


def test_gzipped_files_are_read_too(files: Files) -> None:
    for name, text in (("orders", ORDERS), ("returns", RETURNS)):
        (files.folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    zipped = [f"{option}.gz" for option in files.options]
    assert numbers("--window=7", *zipped) == numbers("--window=7", *files.options)


def test_returns_of_one_order_at_the_same_minute_are_told_apart_by_reference(files: Files) -> None:
    files.returns(RETURNS.replace("R-3,2026-11-24", "R-3,2026-11-05"))
    assert numbers("--policy-only", "--window=7", *files.options)["returns"] == 3


def test_a_return_need_not_stand_in_order_of_time(files: Files) -> None:
    header, *rows = RETURNS.splitlines()
    files.returns("\n".join([header, *reversed(rows)]))
    [policy] = numbers("--policy-only", "--window=7", *files.options)["policies"]
    assert (policy["accepted"]["returns"], policy["refund"]) == (1, {"EUR": 7161})


# --- exit status --------------------------------------------------------------------------------


def test_numbers_as_expected_pass(files: Files) -> None:
    assert "window-7" in told("--policy-only", "--window=7", files.expected(), *files.options)


def test_a_difference_from_what_is_expected_fails_and_names_both(files: Files) -> None:
    windows = {"7": {"returns": 2, "return_lines": 2, "refund": 7162}}
    with pytest.raises(CommandError) as failure:
        told("--policy-only", "--window=7", files.expected(returns=4, windows=windows), *files.options)
    assert failure.value.returncode == 1
    assert str(failure.value) == "returns: 3 is not 4; window-7 returns: 1 is not 2; window-7 refund: 7161 is not 7162"


def test_a_window_that_nobody_expects_fails(files: Files) -> None:
    with pytest.raises(CommandError, match="window-6 returns: 1 is not None"):
        told("--policy-only", "--window=6", files.expected(), *files.options)


def test_returns_of_unknown_orders_are_told_and_fail(files: Files) -> None:
    files.returns(RETURNS + "R-4,2026-11-24T09:00:00+00:00,A-9,1,1\n")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as failure:
        call_command("backtest", "--window=7", "--json", *files.options, stdout=out, stderr=err)
    assert failure.value.code == 1
    assert (json.loads(out.getvalue())["returns"], json.loads(out.getvalue())["returns_without_order"]) == (3, 1)
    assert err.getvalue() == "1 returns are of orders that were not read; they are not counted.\n"


def test_a_faulty_order_is_told_and_fails_and_the_others_are_counted(files: Files) -> None:
    files.orders(ORDERS.replace("A-3,2026", "A-3,soon"))
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as failure:
        call_command("backtest", "--window=7", "--json", *files.options, stdout=out, stderr=err)
    assert failure.value.code == 1
    assert json.loads(out.getvalue())["returns"] == 3
    assert err.getvalue().startswith(f"{files.folder / 'orders.csv'}:5: ")


@pytest.mark.parametrize(
    ("returns", "why"),
    [
        ("", "row 1: The header lacks these columns: reference, requested_at, order_number, line_id, quantity."),
        (RETURNS + "R-4,2026-11-24T09:00:00,A-1,1,1\n", "row 6: requested_at"),
        (RETURNS + "R-4,2026-11-24T09:00:00+00:00,A-1,1,0\n", "row 6: quantity"),
        (RETURNS + "R-4,2026-11-24T09:00:00+00:00,A-1,1\n", "row 6: The row has 4 cells where the header has 5."),
        (
            RETURNS + "R-1,2026-11-05T09:00:00+00:00,A-2,1,1\n",
            "row 6: R-1 is of another order or time in a row before.",
        ),
        (
            RETURNS + "R-1,2026-11-06T09:00:00+00:00,A-1,1,1\n",
            "row 6: R-1 is of another order or time in a row before.",
        ),
    ],
)
def test_nothing_is_counted_of_returns_that_cannot_be_read(files: Files, returns: str, why: str) -> None:
    files.returns(returns)
    with pytest.raises(CommandError) as failure:
        told("--window=7", *files.options)
    assert str(failure.value).startswith(f"{files.folder / 'returns.csv'}: {why}")


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ([], "Name what to try: --window or --policy."),
        (["--window=-1"], "--window: give a number of days, 0 or more."),
        (["--window=7", "--orders=orders.csv"], "--orders and --returns belong together."),
        (["--window=7", "--returns=returns.csv"], "--orders and --returns belong together."),
        (["--window=7", "--orders=none.csv", "--returns=none.csv"], "none.csv: No such file or directory"),
        (["--window=7", "--from=2026-11-02", "--until=2026-11-01"], "--until: give a day that is not before --from."),
        (["--window=7", "--law-of=soon"], "Error: argument --law-of: 'soon' is no day such as 2026-11-30"),
        (
            ["--window=7", "--policy-only", "--law-of=2026-11-01"],
            "--policy-only leaves the law aside, so there is none of a day: drop --law-of.",
        ),
        (["--window=7", "--expect=none.json"], "none.json: [Errno 2] No such file or directory: 'none.json'"),
    ],
)
def test_what_cannot_be_tried_is_told(options: list[str], why: str) -> None:
    with pytest.raises(CommandError) as failure:
        told(*options)
    assert str(failure.value) == why


def test_a_damaged_file_is_told(files: Files) -> None:
    (files.folder / "orders.csv.gz").write_bytes(gzip.compress(ORDERS.encode())[:-20])
    with pytest.raises(CommandError, match="damaged"):
        told("--window=7", f"{files.options[0]}.gz", files.options[1])


# --- stored rows and policies -------------------------------------------------------------------


@pytest.mark.django_db
def test_without_files_the_stored_returns_are_tried() -> None:
    promised(30)
    rma = asked(bought())
    report = numbers("--window=30")
    assert (report["returns"], report["policies"][0]["refund"]) == (1, {"EUR": rma.items.get().share})


@pytest.mark.django_db
def test_the_newest_version_of_a_stored_policy_is_tried_unless_another_is_named(files: Files) -> None:
    promised(7)
    Policy.objects.create(key="standard", version=2, name_en="Standard", window_days=30, valid_from=NOW)
    report = numbers("--policy-only", "--policy=standard:1", "--policy=standard", *files.options)
    assert [(one["policy"], one["accepted"]["returns"]) for one in report["policies"]] == [
        ("standard:1", 1),
        ("standard:2", 3),
    ]


@pytest.mark.django_db
def test_several_stored_policies_are_tried_together(files: Files) -> None:
    promised(7)
    Policy.objects.create(key="north", name_en="North", window_days=0, countries=["DE"])
    report = numbers("--policy-only", "--window=7", "--policy=standard+north", *files.options)
    assert [(one["policy"], one["accepted"]["returns"]) for one in report["policies"]] == [
        ("window-7", 1),
        ("standard:1+north:1", 0),
    ]


@pytest.mark.django_db
def test_a_stored_policy_counts_the_shoppers_returns_of_other_orders(files: Files) -> None:
    """Jana's second return is her first order's, Karel has one."""
    promised(60, person_after_returns=1)
    [policy] = numbers("--policy-only", "--policy=standard", *files.options)["policies"]
    assert (policy["accepted"]["returns"], policy["referred"]["returns"]) == (2, 1)
    files.orders(ORDERS.replace("karel@example.com", "Jana@example.com"))
    [policy] = numbers("--policy-only", "--policy=standard", *files.options)["policies"]
    assert (policy["accepted"]["returns"], policy["referred"]["returns"]) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("named", ["nothing", "standard:2", "standard:first", "standard+nothing"])
def test_a_policy_that_is_not_stored_is_told(named: str) -> None:
    promised(7)
    with pytest.raises(CommandError, match="--policy: there is no policy "):
        told(f"--policy={named}")


# --- real orders --------------------------------------------------------------------------------


@pytest.mark.shared
@pytest.mark.parametrize(("window", "rules"), [(7, {"C-1": 254, "C-6": 1}), (14, {"C-6": 1}), (30, {})])
def test_what_the_law_of_today_changes_of_a_real_half_year_is_listed(window: int, rules: dict[str, int]) -> None:
    """The British orders know no weekend rule; one order of the Union ends on Good Friday."""
    options = [f"--orders={ONLINE_RETAIL / 'orders.csv.gz'}", f"--returns={ONLINE_RETAIL / 'returns.csv.gz'}"]
    [policy] = numbers(f"--window={window}", "--law-of=2026-11-01", *options)["policies"]
    by_law = policy["changed_by_law"]
    assert by_law["rules"] == rules
    assert len(by_law["changes"]) == policy["refusals_the_law_forbids"]["returns"] == sum(rules.values())


@pytest.mark.shared
def test_the_returns_of_a_real_half_year_come_out_to_the_penny() -> None:
    expected = json.loads((ONLINE_RETAIL / "expected.json").read_text())
    options = [f"--orders={ONLINE_RETAIL / 'orders.csv.gz'}", f"--returns={ONLINE_RETAIL / 'returns.csv.gz'}"]
    windows = [f"--window={days}" for days in expected["windows"]]
    report = numbers("--policy-only", *windows, f"--expect={ONLINE_RETAIL / 'expected.json'}", *options)
    assert {
        policy["policy"].removeprefix("window-"): {
            "returns": policy["accepted"]["returns"],
            "return_lines": policy["accepted"]["lines"],
            "refund": policy["refund"]["GBP"],
        }
        for policy in report["policies"]
    } == expected["windows"]
    for policy in report["policies"]:
        answered = [policy[word] for word in ("accepted", "referred", "refused")]
        assert sum(count["returns"] for count in answered) == expected["returns"]
        assert sum(count["units"] for count in answered) == expected["units"]
