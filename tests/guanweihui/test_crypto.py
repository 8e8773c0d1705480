"""Sealed values, blind indexes, the field and the check of the keys."""

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.db import connection, models
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from guanweihui import crypto
from guanweihui.crypto import CryptoError, EncryptedTextField, blind_index, decrypt, encrypt

ID_NUMBER = "990105194412041189"
PLACE = "members.person.id_number"
ONE, TWO = b"1" * 32, b"2" * 32


@pytest.fixture(autouse=True)
def keys(settings):
    settings.FIELD_KEYS = {1: ONE}
    settings.INDEX_KEY = b"3" * 32
    return settings


def test_what_is_sealed_opens_in_its_place_alone():
    token = encrypt(ID_NUMBER, bind=PLACE)
    assert token.isascii()
    assert token.startswith("enc1:1:")
    assert ID_NUMBER not in token
    assert decrypt(token, bind=PLACE) == ID_NUMBER
    with pytest.raises(CryptoError, match="members.person.phone: the stored value does not open with key 1"):
        decrypt(token, bind="members.person.phone")


def test_two_sealings_of_one_text_differ():
    assert encrypt(ID_NUMBER, bind=PLACE) != encrypt(ID_NUMBER, bind=PLACE)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_text_comes_back(plain):
    assert decrypt(encrypt(plain, bind=PLACE), bind=PLACE) == plain


def test_every_changed_character_is_noticed():
    token = encrypt("19903725597", bind=PLACE)
    for place, char in enumerate(token):
        if char != "=":
            changed = token[:place] + ("B" if char == "A" else "A") + token[place + 1 :]
            with pytest.raises(CryptoError):
                decrypt(changed, bind=PLACE)


@pytest.mark.parametrize(
    "stored", ["", ID_NUMBER, "enc1:1:", "enc1:1:A", "enc1:1:密", "enc1:x:AAAA", "enc1:9:AAAA", "enc2:1:AAAA"]
)
def test_what_is_not_sealed_is_refused_and_not_repeated(stored):
    with pytest.raises(CryptoError) as refused:
        decrypt(stored, bind=PLACE)
    assert ID_NUMBER not in str(refused.value)


def test_a_sealed_value_is_not_sealed_again():
    token = encrypt(ID_NUMBER, bind=PLACE)
    with pytest.raises(CryptoError, match="sealed already"):
        encrypt(token, bind=PLACE)
    assert decrypt(encrypt("enc1:1:short", bind=PLACE), bind=PLACE) == "enc1:1:short"


def test_a_wrong_key_neither_opens_nor_seals_again(keys):
    token = encrypt(ID_NUMBER, bind=PLACE)
    keys.FIELD_KEYS = {1: TWO}
    with pytest.raises(CryptoError):
        decrypt(token, bind=PLACE)
    with pytest.raises(CryptoError):
        encrypt(token, bind=PLACE)


def test_keys_are_changed_without_a_gap(keys):
    old = encrypt(ID_NUMBER, bind=PLACE)
    keys.FIELD_KEYS = {2: TWO, 1: ONE}
    new = encrypt(decrypt(old, bind=PLACE), bind=PLACE)
    assert (new.startswith("enc1:2:"), crypto.is_current(new), crypto.is_current(old)) == (True, True, False)
    keys.FIELD_KEYS = {2: TWO}
    assert decrypt(new, bind=PLACE) == ID_NUMBER
    with pytest.raises(CryptoError, match="key 1 is not in FIELD_KEYS"):
        decrypt(old, bind=PLACE)


def test_files_are_sealed_too():
    plain = b"PK\x03\x04" + ID_NUMBER.encode()
    blob = crypto.encrypt_bytes(plain, bind="upload")
    assert ID_NUMBER.encode() not in blob
    assert crypto.decrypt_bytes(blob, bind="upload") == plain
    for damaged in (blob[:-1], blob[:10], plain, b""):
        with pytest.raises(CryptoError):
            crypto.decrypt_bytes(damaged, bind="upload")
    with pytest.raises(CryptoError):
        crypto.decrypt_bytes(blob, bind="attachment")


def test_a_blind_index_depends_on_value_kind_and_key(keys):
    first = blind_index(ID_NUMBER, kind="id")
    assert (len(first), int(first, 16) > 0, blind_index(ID_NUMBER, kind="id")) == (32, True, first)
    others = {blind_index(ID_NUMBER, kind="phone"), blind_index(ID_NUMBER[:-1], kind="id")}
    keys.INDEX_KEY = b"4" * 32
    others.add(blind_index(ID_NUMBER, kind="id"))
    assert len(others | {first}) == 4
    assert blind_index("", kind="id") == ""


def test_the_probe_tells_which_key_is_wrong(keys):
    stored = crypto.probe()
    assert (crypto.check_keys(), crypto.check_keys(stored)) == (None, None)
    keys.INDEX_KEY = b"4" * 32
    assert crypto.check_keys(stored) == (
        "INDEX_KEY 与这个数据库不符：按身份证号和电话将查不到人。请改回原来的密钥后再启动。"
    )
    keys.FIELD_KEYS = {1: TWO}
    assert crypto.check_keys(stored) == (
        "FIELD_KEYS 与这个数据库不符：已保存的内容无法解密。请改回原来的密钥后再启动。"
    )


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("FIELD_KEYS", {}, "FIELD_KEYS holds no key"),
        ("FIELD_KEYS", {1: b"short"}, "FIELD_KEYS: key 1 has 5 bytes, not 32"),
        ("INDEX_KEY", b"", "INDEX_KEY has 0 bytes, not 32"),
    ],
)
def test_unusable_keys_are_said(keys, name, value, fault):
    setattr(keys, name, value)
    assert crypto.check_keys() == f"密钥不可用（{fault}），请检查 .env 中的 FIELD_KEYS 与 INDEX_KEY。"


# --- the field ---


@pytest.fixture
def note_model(db):
    """Make a model with its own table, gone after the test."""
    with isolate_apps("guanweihui"):

        class Note(models.Model):
            number = models.IntegerField(primary_key=True)
            phone = EncryptedTextField(blank=True)
            remark = EncryptedTextField(null=True)

            class Meta:
                app_label = "guanweihui"
                db_table = "sealed_note"

        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE sealed_note (number integer PRIMARY KEY, phone text NOT NULL, remark text)"
            )
        yield Note


def stored() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, remark FROM sealed_note ORDER BY number")
        return list(cursor.fetchall())


def test_the_field_is_sealed_below_and_plain_above(note_model):
    note_model.objects.create(number=1, phone="19903725597", remark="𬀩，甲状腺")
    phone, remark = stored()[0]
    assert decrypt(phone, bind="guanweihui.note.phone") == "19903725597"
    assert decrypt(remark, bind="guanweihui.note.remark") == "𬀩，甲状腺"
    note = note_model.objects.get()
    assert (note.phone, note.remark) == ("19903725597", "𬀩，甲状腺")
    assert list(note_model.objects.values_list("phone", flat=True)) == ["19903725597"]


def test_bulk_writes_and_updates_are_sealed(note_model):
    made = note_model.objects.bulk_create([note_model(number=n, phone=f"1990000000{n}") for n in range(3)])
    for note in made:
        note.phone = note.phone.replace("1990", "1991")
    note_model.objects.bulk_update(made, ["phone"])
    note_model.objects.filter(number=0).update(phone="19920000000", remark="乙")
    note_model.objects.bulk_create(
        [note_model(number=2, phone="19930000002")],
        update_conflicts=True,
        unique_fields=["number"],
        update_fields=["phone"],
    )
    rows = note_model.objects.order_by("number").values_list("phone", "remark")
    assert list(rows) == [("19920000000", "乙"), ("19910000001", None), ("19930000002", None)]
    assert [phone.startswith("enc1:1:") for phone, _ in stored()] == [True] * 3


def test_blank_and_null_stand_as_they_are_and_can_be_asked_for(note_model):
    note_model.objects.create(number=1, phone="", remark=None)
    note_model.objects.create(number=2, phone="19903725597", remark="")
    assert stored()[0] == ("", None)
    assert note_model.objects.get(phone="").number == 1
    assert note_model.objects.exclude(phone="").get().number == 2
    assert (
        note_model.objects.get(remark=None).number == note_model.objects.get(remark__isnull=True).number == 1
    )


@pytest.mark.parametrize(
    "query", [{"phone": "1990"}, {"phone__in": ["1"]}, {"phone__contains": "1"}, {"phone__gt": ""}]
)
def test_other_lookups_are_refused(note_model, query):
    with pytest.raises(FieldError, match=r"guanweihui\.Note\.phone is sealed and has no lookup '\w+'"):
        note_model.objects.filter(**query).exists()


def test_a_value_that_does_not_open_is_not_shown(note_model, keys):
    note_model.objects.create(number=1, phone="19903725597")
    keys.FIELD_KEYS = {1: TWO}
    with pytest.raises(CryptoError):
        note_model.objects.get()
    assert note_model.objects.only("number").get().number == 1


def test_a_value_moved_from_another_column_does_not_open(note_model):
    note_model.objects.create(number=1, phone="", remark="甲状腺")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE sealed_note SET phone = remark")
    with pytest.raises(CryptoError, match=r"guanweihui\.note\.phone"):
        note_model.objects.get()


def test_a_dump_holds_the_sealed_value_and_cannot_be_loaded(note_model):
    note_model.objects.create(number=1, phone="19903725597")
    fields = serializers.serialize("python", note_model.objects.all())[0]["fields"]
    assert decrypt(fields["phone"], bind="guanweihui.note.phone") == "19903725597"
    with pytest.raises(CryptoError, match="sealed already"):
        note_model(number=2, phone=fields["phone"]).save()


def test_a_migration_keeps_the_place(note_model):
    past = ProjectState()
    past.add_model(ModelState.from_model(note_model))
    assert past.apps.get_model("guanweihui", "Note")._meta.get_field("phone").place == "guanweihui.note.phone"
    code, imports = MigrationWriter.serialize(EncryptedTextField("电话", blank=True, bind="old.person.phone"))
    assert code == (
        "guanweihui.crypto.EncryptedTextField(bind='old.person.phone', blank=True, verbose_name='电话')"
    )
    assert imports == {"import guanweihui.crypto"}


@pytest.mark.parametrize("option", ["unique", "db_index", "primary_key"])
def test_a_sealed_field_takes_no_index(option):
    with pytest.raises(TypeError, match="blind index"):
        EncryptedTextField(**{option: True})
