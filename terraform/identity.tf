# Identity Platform, where hosts sign in with it. Guests never do: they have no account.

resource "google_identity_platform_config" "this" {
  count                      = var.identity == "identity_platform" ? 1 : 0
  autodelete_anonymous_users = true
  authorized_domains         = [local.host]

  sign_in {
    allow_duplicate_emails = false
    email {
      enabled           = true
      password_required = true
    }
  }
  depends_on = [google_project_service.api]
}
