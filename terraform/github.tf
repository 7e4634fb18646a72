# Deployment from GitHub without a key: a workflow on the main branch of one repository may act as the deployer.
#
# Claims are matched one by one, never the subject. Its form depends on the repository's age (those created after
# 18 June 2026 have ids in it, https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens)
# and on settings. A repository's id never changes and is never given to another, unlike its name.

resource "google_iam_workload_identity_pool" "github" {
  count                     = var.github_repository_id == null ? 0 : 1
  workload_identity_pool_id = "watchparty-github"
  display_name              = "GitHub workflows"
  depends_on                = [google_project_service.api]
}

resource "google_iam_workload_identity_pool_provider" "github" {
  #checkov:skip=CKV_GCP_125:The condition names repository, environment and branch; the check cannot read it because the repository is a variable
  count                              = var.github_repository_id == null ? 0 : 1
  workload_identity_pool_id          = google_iam_workload_identity_pool.github[0].workload_identity_pool_id
  workload_identity_pool_provider_id = "github"

  attribute_mapping = {
    "google.subject"          = "assertion.repository_id + ':' + assertion.environment" # Google's limit is 127 bytes
    "attribute.repository_id" = "assertion.repository_id"
    "attribute.environment"   = "assertion.environment"
    "attribute.ref"           = "assertion.ref"
  }
  # Without this any repository on GitHub could request a token. The environment is the workflow's: protecting it on
  # GitHub (reviewers, branches) protects this.
  attribute_condition = "assertion.repository_id == '${var.github_repository_id}' && assertion.environment == 'production' && assertion.ref == 'refs/heads/main'"

  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account" "deployer" {
  count        = var.github_repository_id == null ? 0 : 1
  account_id   = "watchparty-deployer"
  display_name = "WatchParty: deploys from GitHub"
  depends_on   = [google_project_service.api]
}

resource "google_service_account_iam_member" "github_is_deployer" {
  count              = var.github_repository_id == null ? 0 : 1
  service_account_id = google_service_account.deployer[0].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.github[0].name}/attribute.repository_id/${var.github_repository_id}"
}

# An account that runs `terraform apply` creates service accounts and grants them roles. It is as powerful as an owner,
# which is why the condition above is so narrow. These are the roles it needs instead of Owner.
resource "google_project_iam_member" "deployer" {
  for_each = var.github_repository_id == null ? toset([]) : toset([
    "roles/editor", "roles/resourcemanager.projectIamAdmin", "roles/iam.serviceAccountAdmin", "roles/iam.roleAdmin",
    "roles/iam.workloadIdentityPoolAdmin", "roles/secretmanager.admin", "roles/run.admin", "roles/storage.admin",
    "roles/pubsub.admin", "roles/logging.configWriter", "roles/datastore.owner", "roles/artifactregistry.admin",
  ])
  project = var.project_id
  role    = each.key
  member  = google_service_account.deployer[0].member
}
