"""A database that is made in one step an app is the one that grew step by step (decision 0021)."""

from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState

APPS = ("guanweihui", "members", "activities", "awards", "outreach")


@pytest.fixture(scope="module")
def loader():
    """Read every migration, those that are replaced as well."""
    return MigrationLoader(None, replace_migrations=False)


def tables_after(loader, steps) -> dict[tuple[str, str], dict[str, Any]]:
    models = loader.project_state(list(steps)).models
    return {key: table_of(state) for key, state in sorted(models.items()) if key[0] in APPS}


def table_of(state: ModelState) -> dict[str, Any]:
    """Describe a table whatever the order in which its parts came."""
    options = {name: value for name, value in state.options.items() if name != "abstract"}
    named = {
        part: {one.name: one.deconstruct() for one in options.pop(part, [])}
        for part in ("indexes", "constraints")
    }
    fields = {name: field.deconstruct()[1:] for name, field in state.fields.items()}
    return {"fields": fields, **named, "options": options, "bases": state.bases}


def test_the_one_step_leads_where_the_steps_that_it_replaces_lead(loader):
    made = [key for key, one in loader.disk_migrations.items() if key[0] in APPS and one.replaces]
    grown = [loader.disk_migrations[key].replaces[-1] for key in made]
    assert sorted(app for app, _ in made) == sorted(APPS)
    assert tables_after(loader, made) == tables_after(loader, grown)
