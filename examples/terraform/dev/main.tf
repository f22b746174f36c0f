# The development environment. It shares nothing with prod: not the account, not the state, not a variable.

terraform {
  required_version = ">= 1.10"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }

  backend "s3" {
    bucket       = "example-thumbnails-dev-state"
    key          = "image-thumbnails.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region              = "eu-central-1"
  allowed_account_ids = ["111111111111"] # credentials of another account are refused
}

module "thumbnails" {
  source = "../../../terraform"

  name              = "image-thumbnails-dev"
  packaged_template = "../../../.aws-sam/packaged.yaml"
  artifacts_bucket  = "example-thumbnails-dev-artifacts"
  tags              = { environment = "dev" }

  gradual_deployments = false
  log_level           = "DEBUG"
}

output "api_url" {
  description = "The address of the API."
  value       = module.thumbnails.api_url
}
