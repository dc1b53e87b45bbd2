"""Documentation page of the API, made from its OpenAPI description; Swagger's page would load scripts from a CDN."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from ui.render.tables import Cell, Table, bare, whole
from ui.render.templates import fill

Schema = Mapping[str, Any]


def api_page(openapi: Schema, base_url: str) -> str:
    """Return the page as HTML.

    Args:
        openapi: the description, as ``/api/openapi.json`` returns it.
        base_url: the address of the API, such as ``http://127.0.0.1:7860/api``.
    """
    operations = []
    problems: dict[str, str] = {}
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            operations.append(_operation(openapi, base_url, path, method.upper(), operation))
            told = {status: response["description"] for status, response in operation["responses"].items()}
            problems |= {status: words for status, words in told.items() if status >= "400" and status not in problems}
    return fill(
        "documents/api.html",
        name=openapi["info"]["title"],
        description=openapi["info"]["description"],
        base_url=base_url,
        operations=operations,
        problems=[(status, whole(words)) for status, words in sorted(problems.items())],
    )


def _operation(openapi: Schema, base: str, path: str, method: str, operation: Schema) -> dict[str, object]:
    if "requestBody" in operation:
        body = _resolved(openapi, operation["requestBody"]["content"]["application/json"]["schema"])
        example = {name: body["examples"][0][name] for name in body["properties"] if name in body["examples"][0]}
        given = shlex.quote(json.dumps(example, ensure_ascii=False))
        command = f"curl {shlex.quote(base + path)} -H 'Content-Type: application/json' \\\n  -d {given}"
        rows = [_field(openapi, name, field, body) for name, field in body["properties"].items()]
    else:
        command = f"curl {shlex.quote(base + path.replace('{', '').replace('}', ''))}"
        given = operation["parameters"]
        needed = {"required": [one["name"] for one in given if one.get("required")]}
        rows = [_field(openapi, one["name"], one, needed) for one in given]
    return {
        "name": f"{method} /{base.rpartition('/')[2]}{path}", "description": operation["description"],
        "command": command, "fields": Table("Fields", bare("type", "default", "meaning"), rows),
    }  # fmt: skip


def _field(openapi: Schema, name: str, field: Schema, body: Schema) -> tuple[str, list[Cell]]:
    default = "required" if name in body.get("required", ()) else json.dumps(field.get("schema", field).get("default"))
    return name, bare(_type(openapi, field), default, field.get("description", ""))


def _type(openapi: Schema, field: Schema) -> str:
    """Return a field's type and limits in words."""
    field = _resolved(openapi, field.get("schema", field))
    kind = str(field.get("type", "any"))
    if kind == "array":
        return f"list, at most {field['maxItems']:,} of: {_type(openapi, field['items'])}"
    if kind == "object":
        return "{" + ", ".join(field["properties"]) + "}"
    if "enum" in field:
        return " or ".join(field["enum"])
    if "minimum" in field:
        return f"{kind} from {field['minimum']:.0f}" + (f" to {field['maximum']:,.0f}" if "maximum" in field else "")
    return kind + (f", at most {field['maxLength']:,} characters" if "maxLength" in field else "")


def _resolved(openapi: Schema, schema: Schema) -> Schema:
    """Return a schema, or the schema that it refers to by ``$ref``."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return openapi["components"]["schemas"][name] if name else schema
