import base64
import stat

import pytest

from guanweihui import env

KEY = base64.b64encode(b"a" * 32).decode()
OTHER = base64.b64encode(b"b" * 32).decode()
GIVEN = {"SECRET_KEY": "s", "FIELD_KEYS": f"1:{KEY}", "INDEX_KEY": OTHER, "ENV_FILE": ""}


def test_what_is_not_given_has_its_default(tmp_path):
    values = env.load(tmp_path, GIVEN)

    assert set(values) == set(env.NAMES)
    assert values["PORT"] == 8000
    assert values["DEBUG"] is False
    assert values["DATA_DIR"] == tmp_path / "var"
    assert values["DATABASE_URL"] == {}
    assert values["FIELD_KEYS"] == {1: b"a" * 32}


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS", "INDEX_KEY"])
def test_a_missing_name_is_named(tmp_path, name):
    given = {key: value for key, value in GIVEN.items() if key != name}

    with pytest.raises(env.EnvError, match=f"^缺少设置 {name}："):
        env.load(tmp_path, given)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PORT", "80a", "设置 PORT 的值不对：应是不带单位的整数。"),
        ("DEBUG", "maybe", "设置 DEBUG 的值不对：只能是 1 或 0。"),
        ("INDEX_KEY", "c2hvcnQ=", "设置 INDEX_KEY 的值不对：应是 32 字节的 base64，现在是 5 字节。"),
        ("DATABASE_URL", "mysql://x", "设置 DATABASE_URL 的值不对：应以 postgresql:// 或 sqlite:/// 开头。"),
        ("INDEX_KEY", KEY, "INDEX_KEY 与 FIELD_KEYS 中的一把相同，请换成另一把随机密钥。"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS 要逐个写出域名或地址，不可写 * 或空着。"),
        ("LOG_FORMAT", "xml", "设置 LOG_FORMAT 的值不对：只能是 json 或 plain。"),
    ],
)
def test_a_malformed_value_is_named_with_its_cure(tmp_path, name, value, message):
    with pytest.raises(env.EnvError) as caught:
        env.load(tmp_path, GIVEN | {name: value})

    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("DATABSE_URL=x", ".env 第 2 行的 DATABSE_URL 不是本系统的设置名，是否想写 DATABASE_URL。"),
        ("COLOUR=red", ".env 第 2 行的 COLOUR 不是本系统的设置名，请删去，可用的见 .env.example。"),
        ("just words", ".env 第 2 行看不懂，应写作 名称=值。"),
        ("PORT=1\nPORT=2", ".env 第 3 行的 PORT 写了两次，请只留一行。"),
    ],
)
def test_a_line_nobody_knows_stops_the_start(tmp_path, line, message):
    (tmp_path / ".env").write_text(f"# note\n{line}\n", encoding="utf-8")

    with pytest.raises(env.EnvError) as caught:
        env.load(tmp_path, GIVEN | {"ENV_FILE": ".env"})

    assert str(caught.value) == message


def test_the_process_wins_over_the_file(tmp_path):
    (tmp_path / ".env").write_text("PORT=9000\nHOST='10.0.0.1'\n", encoding="utf-8")

    values = env.load(tmp_path, GIVEN | {"ENV_FILE": ".env", "PORT": "9001"})

    assert (values["PORT"], values["HOST"]) == (9001, "10.0.0.1")


def test_data_keys_stand_in_order_of_their_versions(tmp_path):
    values = env.load(tmp_path, GIVEN | {"FIELD_KEYS": f"10:{base64.b64encode(b'c' * 32).decode()},2:{KEY}"})

    assert list(values["FIELD_KEYS"]) == [2, 10]


def test_databases_are_read_from_one_address(tmp_path):
    url = "postgresql://ggw:p%40ss@db:5433/office"
    postgres = env.load(tmp_path, GIVEN | {"DATABASE_URL": url})["DATABASE_URL"]
    embedded = env.load(tmp_path, GIVEN | {"DATABASE_URL": "sqlite:///data/x.sqlite3"})["DATABASE_URL"]

    assert (postgres["HOST"], postgres["PORT"], postgres["NAME"], postgres["PASSWORD"]) == (
        "db",
        5433,
        "office",
        "p@ss",
    )
    assert embedded["NAME"] == str(tmp_path / "data/x.sqlite3")


def test_a_new_file_is_private_complete_and_never_overwritten(tmp_path):
    path = tmp_path / ".env"

    env.write(path, {"DEMO": "1"})
    first = path.read_text(encoding="utf-8")
    env.write(path, {"DEMO": "0"})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8") == first
    values = env.load(tmp_path, {})
    assert values["DEMO"] is True
    assert len(values["SECRET_KEY"]) > 50


def test_the_example_names_every_setting_and_no_secret():
    with open(".env.example", encoding="utf-8") as file:
        text = file.read()

    assert text == env.example()
    assert [name for name in env.NAMES if f"{name}=" not in text] == []
