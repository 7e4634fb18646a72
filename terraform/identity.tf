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

# With an account its user is deleted: at once by the function for accounts, and by `sweep` if that was interrupted.
resource "google_project_iam_member" "deletion_deletes_people" {
  for_each = var.identity == "identity_platform" ? toset(local.hobby ? ["standalone"] : ["auth", "sweep"]) : toset([])
  project  = var.project_id
  role     = google_project_iam_custom_role.identity_deleter[0].name
  member   = local.members[each.key].member
}

# The predefined role that may delete users may also create and change them.
resource "google_project_iam_custom_role" "identity_deleter" {
  count       = var.identity == "identity_platform" ? 1 : 0
  role_id     = "watchpartyIdentityDeleter"
  title       = "WatchParty: deletes the users of deleted accounts"
  permissions = ["firebaseauth.users.delete"]
}
