"""Tokens: made and revoked by a command, kept as a hash, and refused with a reason when they do not count."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from starlette.types import Message, Receive, Scope, Send
from typer.testing import CliRunner, Result

from plietsch.api import database, delivery
from plietsch.api.limits.gate import TOKEN, Gate
from plietsch.api.limits.windows import Windows
from plietsch.api.tokens.known import LIFE_S, PAUSE_S, Known
from plietsch.platform import errors, tokens
from plietsch.platform.commands import token as command
from plietsch.platform.local.postgres import EmbeddedPostgres
from plietsch.platform.settings import Settings

NEXT_YEAR = datetime.now(UTC) + timedelta(days=365)
NOWHERE = "postgresql://nobody@127.0.0.1:1/x"
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


def run(url: str, *arguments: str) -> Result:
    return CliRunner().invoke(command.app, [*arguments, "--database-url", url])


@pytest.fixture(scope="module")
def shared_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    name = f"tokens_{uuid.uuid4().hex}"
    with psycopg.connect(postgres.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_plietsch")
        yield postgres.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def connection(shared_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(shared_url, autocommit=True) as connection:
        connection.execute("TRUNCATE api_token RESTART IDENTITY")
        yield connection


@pytest.fixture
def database_url(shared_url: str, connection: psycopg.Connection) -> str:
    """A database without tokens: the same one for every test here."""
    return shared_url


def test_a_token_is_shown_once_and_only_its_hash_is_kept(database_url: str, connection: psycopg.Connection):
    made = run(database_url, "create", "--name", "University", "--expires", "2999-01-01")
    token = made.stdout.strip()
    assert re.fullmatch(r"plt_[A-Za-z0-9_-]{43}", token)
    assert token not in made.stderr
    assert "until 2999-01-01" in made.stderr
    (row,) = connection.execute("SELECT api_token::text, name, hash, scopes, expires_at FROM api_token").fetchall()
    assert token not in row[0]
    assert row[1:] == ("University", tokens.hashed(token), ["read:more"], datetime(2999, 1, 1, tzinfo=UTC))
    listed = run(database_url, "list").stdout
    assert "University" in listed
    assert "2999-01-01" in listed
    assert token[4:] not in listed


def test_a_year_is_the_default_and_never_has_to_be_said(database_url: str):
    assert f"until {NEXT_YEAR:%Y-%m-%d}" in run(database_url, "create", "--name", "a").stderr
    assert "without end" in run(database_url, "create", "--name", "b", "--expires", "never").stderr
    assert [line.split()[1:3] for line in run(database_url, "list").stdout.splitlines()[1:]] == [
        ["valid", f"{NEXT_YEAR:%Y-%m-%d}"],
        ["valid", "never"],
    ]


def test_a_revoked_token_stays_in_the_list(database_url: str):
    run(database_url, "create", "--name", "a [b]")
    assert run(database_url, "revoke", "1").stdout == "Token 1 (a [b]) counts no more.\n"
    assert "revoked" in run(database_url, "list").stdout
    assert isinstance(run(database_url, "revoke", "7").exception, errors.TokenUnknown)
    assert "There is no token." not in run(database_url, "list").stdout


@pytest.mark.parametrize(
    "arguments",
    [["--name", " "], ["--name", "a", "--scope", "write"], ["--name", "a", "--expires", "2020-01-01"]],
)
def test_what_cannot_be_made_is_refused(database_url: str, arguments: list[str]):
    assert isinstance(run(database_url, "create", *arguments).exception, errors.TokenInvalid)
    assert run(database_url, "create", "--name", "a", "--expires", "soon").exit_code == 2
    assert "There is no token." in run(database_url, "list").stdout


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


class Front:
    """A gate over a database, and behind it an application that tells whether a token was found."""

    def __init__(self, database_url: str, **settings: int) -> None:
        self.clock = Clock()
        self.app = delivery.Application()
        self.connections_taken = 0
        self.url = database_url
        given = Settings(database_url=database_url, **settings)  # pyright: ignore[reportArgumentType]
        self.gate = Gate(self._tell, given, Windows(self.clock), Known(self.clock))

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = b"known" if TOKEN in scope else b"somebody"
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    def ask(self, *authorizations: str | None, at_once: bool = False) -> list[httpx.Response]:
        async def ask() -> list[httpx.Response]:
            self.app.state.pool = database.pool(self.url)
            await self.app.state.pool.open(wait=False)
            transport = httpx.ASGITransport(self._with_app, client=("203.0.113.7", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://plietsch.example") as client:
                asking = [client.get("/api/v1", headers={"Authorization": a} if a else {}) for a in authorizations]
                answers = await asyncio.gather(*asking) if at_once else [await each for each in asking]
            self.connections_taken = self.app.state.pool.get_stats().get("requests_num", 0)
            await self.app.state.pool.close()
            return answers

        return asyncio.run(ask())

    async def _with_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def deliver(message: Message) -> None:
            await send(message)

        await self.gate({**scope, "app": self.app}, receive, deliver)


def test_a_token_gives_the_higher_limit(database_url: str, connection: psycopg.Connection):
    token, _ = tokens.create(connection, "a", [tokens.READ_MORE], NEXT_YEAR)
    front = Front(database_url, rate_limit=1, rate_limit_token=3)
    answers = front.ask(f"Bearer {token}", f"bearer {token}", f"Bearer {token}", f"Bearer {token}", None, None)
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 200, 429]
    assert [answer.headers["ratelimit"].split(";t")[0] for answer in answers] == [
        '"token";r=2',
        '"token";r=1',
        '"token";r=0',
        '"token";r=0',
        '"address";r=0',
        '"address";r=0',
    ]
    assert answers[0].text == "known"


def test_a_token_without_that_scope_has_the_limit_of_everybody(database_url: str, connection: psycopg.Connection):
    token, _ = tokens.create(connection, "a", [], None)
    (answer,) = Front(database_url).ask(f"Bearer {token}")
    assert (answer.text, answer.headers["ratelimit-policy"]) == ("known", '"address";q=600;w=60')


UNKNOWN = tokens.PREFIX + "A" * 43


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer ", "Bearer x", f"Bearer {UNKNOWN}", f"Bearer {UNKNOWN}\n"])
def test_what_is_no_token_is_refused_with_what_to_do(database_url: str, authorization: str):
    (answer,) = Front(database_url).ask(authorization)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.headers["www-authenticate"].startswith('Bearer realm="plietsch", error="invalid_token"')
    assert "leave out the header" in answer.json()["hint"]
    assert UNKNOWN not in answer.text


def test_expired_and_revoked_tokens_are_told_apart(database_url: str, connection: psycopg.Connection):
    expired, _ = tokens.create(connection, "a", [tokens.READ_MORE], NEXT_YEAR)
    revoked, kept = tokens.create(connection, "b", [tokens.READ_MORE], None)
    connection.execute("UPDATE api_token SET expires_at = %s WHERE name = 'a'", (YESTERDAY,))
    tokens.revoke(connection, kept.id)
    answers = Front(database_url).ask(f"Bearer {expired}", f"Bearer {revoked}")
    assert [answer.status_code for answer in answers] == [401, 401]
    details = [answer.json()["detail"] for answer in answers]
    assert details == [f"This token expired on {YESTERDAY:%Y-%m-%d}.", "This token was revoked."]


def test_a_revoked_token_counts_for_some_seconds_at_most(database_url: str, connection: psycopg.Connection):
    token, kept = tokens.create(connection, "a", [tokens.READ_MORE], None)
    front = Front(database_url)
    assert front.ask(f"Bearer {token}")[0].status_code == 200
    tokens.revoke(connection, kept.id)
    front.clock.s = LIFE_S - 0.1
    assert front.ask(f"Bearer {token}")[0].status_code == 200
    front.clock.s = LIFE_S
    assert front.ask(f"Bearer {token}")[0].status_code == 401


def test_many_requests_ask_the_database_once(database_url: str, connection: psycopg.Connection):
    token, _ = tokens.create(connection, "a", [tokens.READ_MORE], None)
    front = Front(database_url)
    assert {answer.status_code for answer in front.ask(*[f"Bearer {token}"] * 20, at_once=True)} == {200}
    assert front.connections_taken == 1


def test_who_guesses_is_counted_as_everybody_is(database_url: str):
    guesses = [f"Bearer {tokens.PREFIX}{i:043}" for i in range(4)]
    answers = Front(database_url, rate_limit=2).ask(*guesses)
    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]


def test_neighbours_who_asked_too_often_keep_no_token_from_counting(database_url: str, connection: psycopg.Connection):
    token, _ = tokens.create(connection, "a", [tokens.READ_MORE], None)
    front = Front(database_url, rate_limit=2)
    guess = f"Bearer {UNKNOWN}"
    answers = front.ask(None, None, None, f"Bearer {token}", guess, guess)
    assert [answer.status_code for answer in answers] == [200, 200, 429, 200, 401, 429]
    front.clock.s = LIFE_S  # it is asked for anew, also where somebody guessed
    assert [answer.status_code for answer in front.ask(f"Bearer {token}", guess)] == [200, 429]


def test_a_password_of_a_proxy_is_not_taken_for_a_token(database_url: str):
    (answer,) = Front(database_url).ask("Basic dTpw")
    assert (answer.status_code, answer.text) == (200, "somebody")


def test_without_the_database_a_known_token_counts_for_a_minute_and_then_is_told(
    database_url: str, connection: psycopg.Connection
):
    token, _ = tokens.create(connection, "a", [tokens.READ_MORE], None)
    front = Front(database_url)
    assert front.ask(f"Bearer {token}")[0].status_code == 200
    front.url = NOWHERE
    front.clock.s = 59
    answers = front.ask(*[f"Bearer {token}"] * 10, f"Bearer {UNKNOWN}", at_once=True)
    assert [answer.status_code for answer in answers] == [200] * 10 + [503]
    assert front.connections_taken == 1  # one waits for a second in vain, the others learn of it
    front.clock.s = 60
    (answer,) = front.ask(f"Bearer {token}")
    assert (answer.status_code, answer.headers["retry-after"], front.connections_taken) == (503, "5", 0)
    front.url, front.clock.s = database_url, 59 + PAUSE_S
    assert front.ask(f"Bearer {token}")[0].status_code == 200
