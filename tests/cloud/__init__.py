"""Production in a box: the whole Google Cloud topology on one machine, wired by Terraform's own plan."""
