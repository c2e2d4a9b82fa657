"""The OpenAPI document says what the API does."""

import re

import pytest
from django.test import Client

from portal.api.urls import api

DOCUMENT = "/api/v1/openapi.json"
ERROR = {"$ref": "#/components/schemas/Error"}


@pytest.fixture
def document():
    answer = Client().get(DOCUMENT)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    return answer.json()


def operations(document):
    return [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_openapi_3_1_with_all_that_a_reader_needs(document):
    assert document["openapi"].startswith("3.1.")
    assert {*document} >= {"openapi", "info", "paths", "components"}
    assert {*document["info"]} >= {"title", "version"}
    names = [operation["operationId"] for _method, _path, operation in operations(document)]
    assert len(names) == len({*names}) == 14


def test_every_reference_leads_somewhere(document):
    for reference in re.findall(r"'\$ref': '([^']+)'", str(document)):
        place = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]
        assert place


def test_every_place_in_a_path_is_declared(document):
    for _method, path, operation in operations(document):
        declared = {parameter["name"] for parameter in operation["parameters"] if parameter["in"] == "path"}
        assert declared == {*re.findall(r"{(\w+)}", path)}


def test_every_operation_declares_its_key_its_answer_and_its_errors(document):
    for method, path, operation in operations(document):
        answers = operation["responses"]
        assert operation["security"] == [{"Key": []}]
        assert [status for status in answers if status.startswith("2")]
        assert {"400", "401", "403"} <= {*answers}
        if "{" in path and method != "put":
            assert "404" in answers
        if method != "get":
            assert {"409", "413", "415"} <= {*answers}
        for status, answer in answers.items():
            if not status.startswith("2"):
                assert answer["content"]["application/json"]["schema"] == ERROR
    assert document["components"]["securitySchemes"]["Key"] == {"type": "http", "scheme": "bearer"}


def test_an_idempotency_key_is_asked_of_every_post_but_the_preview(document):
    asking = {
        path
        for method, path, operation in operations(document)
        for parameter in operation["parameters"]
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }
    posts = {path for method, path, _operation in operations(document) if method == "post"}
    assert posts - asking == {"/api/v1/returns/preview"}
    assert asking <= posts


def test_whole_numbers_are_bounded_in_the_document(document):
    line = document["components"]["schemas"]["ReturnItemBody"]["properties"]["quantity"]
    assert (line["type"], line["minimum"], line["maximum"]) == ("integer", 1, 10**9)


def test_the_page_beside_it_reads_it():
    page = Client().get("/api/v1/docs")
    assert page.status_code == 200
    assert DOCUMENT in page.content.decode()
    assert not re.findall(r"<script(?![^>]*(src|application/json))|<style|style=|\son\w+=", page.content.decode())


def test_the_document_is_made_without_a_warning(capsys):
    api.get_openapi_schema()
    assert capsys.readouterr().out == ""
