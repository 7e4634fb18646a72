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

  # Whoever may have an account here is our own rule; said so that the key of the page is part of the state.
  client {
    permissions {
      disabled_user_signup = false
    }
  }
  depends_on = [google_project_service.api]
}

# Whoever exchanges a sign-in for a session of ours asks first whether it has been revoked or its person disabled.
resource "google_project_iam_member" "sign_in_looks_people_up" {
  for_each = var.identity == "identity_platform" ? toset([local.hobby ? "standalone" : "auth"]) : toset([])
  project  = var.project_id
  role     = "roles/firebaseauth.viewer"
  member   = local.members[each.key].member
}
