"""Request and response models of passkeys, authenticator apps and recovery codes."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from watchparty_api.accounts.models import DisplayName, Secret
from watchparty_api.records import Passkey
from watchparty_api.web.bodies import Body
from watchparty_api.web.proof import Method

_Base64Url = Annotated[str, Field(min_length=1, max_length=16_000, pattern=r"^[A-Za-z0-9_-]+$")]
_CredentialId = Annotated[str, Field(min_length=1, max_length=1400, pattern=r"^[A-Za-z0-9_-]+$")]
"""At most 1,023 bytes (https://www.w3.org/TR/webauthn-3/#credential-id)."""
_TypedCode = Annotated[str, Field(min_length=1, max_length=40)]


class _FromBrowser(BaseModel):
    """Browsers may add fields: these are the ones that are read."""

    model_config = ConfigDict(extra="ignore")


class RegistrationResponse(_FromBrowser):
    client_data_json: _Base64Url = Field(alias="clientDataJSON")
    attestation_object: _Base64Url = Field(alias="attestationObject")
    transports: Annotated[list[Annotated[str, Field(max_length=32)]], Field(max_length=10)] = []


class AssertionResponse(_FromBrowser):
    client_data_json: _Base64Url = Field(alias="clientDataJSON")
    authenticator_data: _Base64Url = Field(alias="authenticatorData")
    signature: _Base64Url
    user_handle: _Base64Url | None = Field(default=None, alias="userHandle")


class RegisteredCredential(_FromBrowser):
    """RegistrationResponseJSON of the browser's `PublicKeyCredential.toJSON()`."""

    id: _CredentialId
    raw_id: _CredentialId = Field(alias="rawId")
    type: Literal["public-key"]
    response: RegistrationResponse


class AssertedCredential(_FromBrowser):
    """AuthenticationResponseJSON of the browser's `PublicKeyCredential.toJSON()`."""

    id: _CredentialId
    raw_id: _CredentialId = Field(alias="rawId")
    type: Literal["public-key"]
    response: AssertionResponse

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(by_alias=True, exclude_none=True)


class PasskeyOptions(BaseModel):
    """What the browser needs to ask for a passkey: the argument of `parseCreationOptionsFromJSON` or
    `parseRequestOptionsFromJSON`."""

    public_key: dict[str, Any]


class PasskeyStart(Body):
    name: DisplayName
    credential: RegisteredCredential


class PasskeyChange(Body):
    name: DisplayName


class PasskeyView(BaseModel):
    """`backed_up`: the passkey is synchronised between devices."""

    id: str
    name: str
    backed_up: bool
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, passkey: Passkey) -> Self:
        return cls(
            id=passkey.id,
            name=passkey.name,
            backed_up=passkey.backed_up,
            created_at=passkey.created_at,
            last_used_at=passkey.last_used_at,
        )


class FactorsView(BaseModel):
    """The second factors of an account. `authenticator_at` is when its app was confirmed, null without one."""

    passkeys: list[PasskeyView]
    authenticator_at: datetime | None
    recovery_codes_left: int
    required: bool
    """Whether the site requires one of this account."""


class NewPasskey(BaseModel):
    """A new passkey. With the account's first second factor come its recovery codes; only this answer has them."""

    passkey: PasskeyView
    recovery_codes: list[str] | None


class AuthenticatorStart(BaseModel):
    """What an authenticator app needs: the secret as text, and as the URL of a QR code. Only this answer has them."""

    secret: str
    url: str


class AuthenticatorConfirmation(Body):
    code: _TypedCode


class RecoveryCodes(BaseModel):
    """Codes that each work once; only this answer has them. Null: the account keeps those it has."""

    recovery_codes: list[str] | None


class FactorProof(Body):
    """Exactly one proof: a code of the authenticator app, a recovery code, or a passkey's answer to a challenge."""

    code: _TypedCode | None = None
    recovery_code: _TypedCode | None = None
    credential: AssertedCredential | None = None

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        if len(self.model_fields_set - {"ticket"}) != 1:
            raise ValueError("Send exactly one proof.")
        return self


class SecondStepBody(FactorProof):
    ticket: Secret


class StepUpBody(FactorProof):
    """With a second factor only that is a proof, otherwise the password, or a fresh ID token of the site's provider."""

    password: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    id_token: Annotated[str, Field(min_length=1, max_length=8192)] | None = None


class ChallengeBody(Body):
    """`ticket` for the second step of a sign-in; without it any passkey of the site can sign in."""

    ticket: Secret | None = None


class PasskeySignInBody(Body):
    credential: AssertedCredential


class SecondStep(BaseModel):
    """The password was right; one of `methods` completes the sign-in. The ticket works once."""

    status: Literal["second_step"] = "second_step"
    ticket: str
    expires_in: int
    methods: list[Method]


class Proven(BaseModel):
    """Destructive acts are allowed until then."""

    proved_until: datetime
