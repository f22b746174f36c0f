# The service as one resource: the stack of the packaged template. examples/terraform/README.md explains how to package it.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "name" {
  description = "The name of the stack, with which the names of its resources begin."
  type        = string
  nullable    = false

  validation {
    # A bucket's name contains it, and CloudFormation shortens names that would be too long (docs/pipeline.md).
    condition     = can(regex("^[a-z][a-z0-9-]{0,39}$", var.name))
    error_message = "1 to 40 small letters, digits and hyphens, beginning with a letter."
  }
}

variable "packaged_template" {
  description = "The path of the template that `sam package` wrote."
  type        = string
  nullable    = false

  validation {
    condition     = fileexists(var.packaged_template)
    error_message = "There is no such file: run make build, then sam package (examples/terraform/README.md)."
  }
}

variable "artifacts_bucket" {
  description = "The bucket for the template, in the region of the stack: the one that `sam package` filled."
  type        = string
  nullable    = false
}

variable "tags" {
  description = "Tags of the stack, which CloudFormation passes on to its resources."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "deployment_role_arn" {
  description = "The role with which CloudFormation deploys, trusted by cloudformation.amazonaws.com. If null, it deploys with your permissions."
  type        = string
  default     = null
}

data "aws_partition" "current" {}

data "aws_region" "current" {}

# The template is too long for a request, so CloudFormation reads it from S3. Its key changes with its content, because
# CloudFormation does not look again behind an unchanged address.
resource "aws_s3_object" "template" {
  bucket = var.artifacts_bucket
  key    = "${var.name}/${filesha256(var.packaged_template)}.template"
  source = var.packaged_template
  tags   = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_cloudformation_stack" "service" {
  name         = var.name
  template_url = "https://s3.${data.aws_region.current.name}.${data.aws_partition.current.dns_suffix}/${aws_s3_object.template.bucket}/${aws_s3_object.template.key}"
  parameters   = local.parameters
  tags         = var.tags
  iam_role_arn = var.deployment_role_arn
  # The second one because CloudFormation expands SAM's transform without showing the result in a change set.
  capabilities = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]

  timeouts {
    create = "1h"
    update = "8h" # The slowest deployment_preference shifts traffic for over three hours.
    delete = "1h"
  }
}

output "stack_id" {
  description = "The ARN of the stack."
  value       = aws_cloudformation_stack.service.id
}
