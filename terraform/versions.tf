# Use only arguments that provider 6.50 has: the checks under tests/terraform contain its schema.
terraform {
  required_version = ">= 1.9"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50, < 8"
    }
  }

  # `terraform init` names the bucket (docs/deployment.md), which must exist before everything else.
  backend "gcs" {}
}

provider "google" {
  project = var.project_id
  region  = var.region
  # Budgets and Identity Platform need a project to which their API calls are billed, and refuse calls without one.
  billing_project       = var.project_id
  user_project_override = true
}
