"""The page that describes the API, made from its OpenAPI description; Swagger's would fetch scripts from elsewhere."""

import json
import shlex
from collections.abc import Mapping
from html import escape
from typing import Any

from ui.render.shell import defined, shell, table

Schema = Mapping[str, Any]
_CSS = """
main{max-width:52rem}code,pre{font:.85rem/1.5 ui-monospace,Consolas,monospace}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:.8rem 0;
white-space:pre-wrap;overflow-wrap:anywhere}
td,tr:first-child>*{text-align:left}td:last-child{width:45%}a{color:var(--mark)}h2 code{font-size:1.05rem}
@media(max-width:32rem){table,td code,th code{font-size:.8rem}th,td{padding-left:.7rem}
td:last-child{width:36%}}
"""


def api_page(openapi: Schema, base_url: str) -> str:
    """Return the page.

    Args:
        openapi: the description, as ``/api/openapi.json`` has it.
        base_url: where the API is, such as ``http://127.0.0.1:7860/api``.
    """
    parts = [
        f"<h1>{escape(openapi['info']['title'])} for programs</h1>\n<p>{escape(openapi['info']['description'])}</p>\n"
        "<p>What comes back is the JSON that <code>qa search</code>, <code>qa ask</code> and <code>qa show</code> "
        f'print with <code>--json</code>. As a schema: <a href="{escape(base_url)}/openapi.json">OpenAPI</a>.</p>\n'
    ]
    problems: dict[str, str] = {}
    for path, operations in openapi["paths"].items():
        for method, operation in operations.items():
            parts.append(_operation(openapi, base_url, path, method.upper(), operation))
            told = {status: response["description"] for status, response in operation["responses"].items()}
            problems |= {status: words for status, words in told.items() if status >= "400" and status not in problems}
    errors = defined((status, escape(words)) for status, words in sorted(problems.items()))
    parts.append(f'<h2>Errors</h2>\n<p>Their body is <code>{{"error": "one sentence"}}</code>.</p>\n{errors}')
    return shell("Dateline for programs", "".join(parts), _CSS)


def _operation(openapi: Schema, base: str, path: str, method: str, operation: Schema) -> str:
    name = f"{method} /{base.rpartition('/')[2]}{path}"
    parts = [f"<h2><code>{escape(name)}</code></h2>\n<p>{escape(operation['description'])}</p>\n"]
    if "requestBody" in operation:
        body = _resolved(openapi, operation["requestBody"]["content"]["application/json"]["schema"])
        example = {name: body["examples"][0][name] for name in body["properties"] if name in body["examples"][0]}
        given = shlex.quote(json.dumps(example, ensure_ascii=False))
        command = f"curl {shlex.quote(base + path)} -H 'Content-Type: application/json' \\\n  -d {given}"
        rows = [_field(openapi, name, field, body) for name, field in body["properties"].items()]
    else:
        command = f"curl {shlex.quote(base + path.replace('{', '').replace('}', ''))}"
        rows = [_field(openapi, one["name"], one, {"required": [one["name"]]}) for one in operation["parameters"]]
    return "".join((*parts, f"<pre>{escape(command)}</pre>\n", table("Fields", ("type", "default", "meaning"), rows)))


def _field(openapi: Schema, name: str, field: Schema, body: Schema) -> tuple[str, list[str]]:
    default = "required" if name in body.get("required", ()) else json.dumps(field.get("default"))
    cells = (_type(openapi, field), default, field.get("description", ""))
    return f"<code>{escape(name)}</code>", [f"<td>{escape(cell)}</td>" for cell in cells]


def _type(openapi: Schema, field: Schema) -> str:
    """Return a field's type and bounds in words."""
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
    """Return a schema, looked up where it is only named."""
    name = schema.get("$ref", "").rpartition("/")[2]
    return openapi["components"]["schemas"][name] if name else schema
