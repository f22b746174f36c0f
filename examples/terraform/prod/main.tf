# The production environment. It shares nothing with dev: not the account, not the state, not a variable.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "s3" {
    bucket       = "example-thumbnails-prod-state"
    key          = "image-thumbnails.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["222222222222"] # credentials of another account are refused
}

module "thumbnails" {
  source = "../../../terraform"

  name              = "image-thumbnails-prod"
  packaged_template = "../../../.aws-sam/packaged.yaml"
  artifacts_bucket  = "example-thumbnails-prod-artifacts"
  tags              = { environment = "prod" }

  contact_email      = "thumbnails@example.com"
  allowed_origins    = "https://www.example.com"
  cost_alarm_dollars = 20
}

output "api_url" {
  description = "The address of the API."
  value       = module.thumbnails.api_url
}
