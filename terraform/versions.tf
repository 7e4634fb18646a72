# Only arguments that provider 6.50 has: that is the schema the checks under tests/terraform carry.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }

  # The bucket is named at `terraform init` (docs/deployment.md): it has to exist before anything of ours does.
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region
  # Budgets and Identity Platform bill their API calls to a project; without this, to nobody, and they refuse.
  billing_project       = var.project_id
  user_project_override = true
}
