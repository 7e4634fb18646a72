"""A fake of the Identity Platform calls that the page's library makes: accounts with passwords, in memory.

Paths, fields and error messages are those of Google's REST reference. The provider signs the ID tokens, so the server
verifies them like real ones. Hashing, quotas, reCAPTCHA and the mails are not included.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt

from fakes.google.identity_provider import IdentityProvider


@dataclass
class Person:
    uid: str
    email: str
    password: str
    name: str | None = None
    verified: bool = False


@dataclass
class IdentityAccounts:
    """`mails` lists the (purpose, recipient) of each mail that would have been sent."""

    provider: IdentityProvider
    people: dict[str, Person] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def answer(self, url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answers a POST; returns status and JSON."""
        match urlsplit(url).path:
            case "/v1/accounts:signUp":
                return self._sign_up(body)
            case "/v1/accounts:signInWithPassword":
                return self._sign_in(body)
            case "/v1/accounts:lookup":
                return 200, {"users": [self._shown(self._of(body["idToken"]))]}
            case "/v1/accounts:update":
                person = self._of(body["idToken"])
                person.name = body.get("displayName", person.name)
                return 200, self._shown(person)
            case "/v1/accounts:sendOobCode":
                email = body["email"] if body["requestType"] == "PASSWORD_RESET" else self._of(body["idToken"]).email
                self.mails.append((body["requestType"], email))
                return 200, {"email": email}
            case "/v1/token":
                person = self.people[body["refresh_token"]]
                tokens = self._tokens(person)
                return 200, {
                    "id_token": tokens["idToken"],
                    "access_token": tokens["idToken"],
                    "refresh_token": person.email,
                    "expires_in": "3600",
                    "token_type": "Bearer",
                    "user_id": person.uid,
                }
        raise AssertionError(f"no such call: {url}")

    def _sign_up(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if body["email"] in self.people:
            return _refused("EMAIL_EXISTS")
        if len(body["password"]) < 6:
            return _refused("WEAK_PASSWORD : Password should be at least 6 characters")
        person = self.people[body["email"]] = Person(f"uid-{next(self._numbers)}", body["email"], body["password"])
        return 200, self._tokens(person)

    def _sign_in(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        person = self.people.get(body["email"])
        if person is None or person.password != body["password"]:
            return _refused("INVALID_LOGIN_CREDENTIALS")
        return 200, {**self._tokens(person), "registered": True}

    def _tokens(self, person: Person) -> dict[str, Any]:
        named = {"name": person.name} if person.name else {"name": None}
        token = self.provider.token(sub=person.uid, email=person.email, email_verified=person.verified, **named)
        return {
            "localId": person.uid,
            "email": person.email,
            "idToken": token,
            "refreshToken": person.email,
            "expiresIn": "3600",
        }

    def _of(self, token: str) -> Person:
        uid = jwt.decode(token, options={"verify_signature": False})["sub"]
        return next(person for person in self.people.values() if person.uid == uid)

    def _shown(self, person: Person) -> dict[str, Any]:
        return {
            "localId": person.uid,
            "email": person.email,
            "emailVerified": person.verified,
            "displayName": person.name,
            "providerUserInfo": [],
        }


def _refused(message: str) -> tuple[int, dict[str, Any]]:
    return 400, {"error": {"code": 400, "message": message, "errors": [{"message": message}]}}
