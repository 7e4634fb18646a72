# Identity Platform, if hosts sign in with it. Guests do not: they have no account.

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

  # Our own code decides who may have an account. The block is here so that the state contains the API key of the page.
  client {
    permissions {
      disabled_user_signup = false
    }
  }
  depends_on = [google_project_service.api]
}

# Before it exchanges a sign-in for our session, the function checks whether the sign-in is revoked or the user disabled.
resource "google_project_iam_member" "sign_in_looks_people_up" {
  for_each = var.identity == "identity_platform" ? toset([local.hobby ? "standalone" : "auth"]) : toset([])
  project  = var.project_id
  role     = "roles/firebaseauth.viewer"
  member   = local.members[each.key].member
}
