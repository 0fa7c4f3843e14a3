"""A request says how long it is, and is not too long."""

from fastapi.testclient import TestClient

from app.core.security import MAX_BODY


def test_a_request_of_ordinary_length_passes(client: TestClient) -> None:
    assert client.post("/language", data={"language": "en", "next": "/"}).status_code == 303


def test_a_request_too_long_is_refused(client: TestClient) -> None:
    assert client.post("/language", content=b"x" * (MAX_BODY + 1)).status_code == 413


def test_a_request_without_length_is_refused(client: TestClient) -> None:
    assert client.post("/language", content=iter([b"language=en"])).status_code == 411
