# Generated from template.yaml by `make docs`.

output "api_url" {
  description = "The address of the API. Paths are uploads (POST), uploads/{job} (GET; DELETE with an Authorizer) and limits (GET)."
  value       = aws_cloudformation_stack.service.outputs["ApiUrl"]
}

output "api_key" {
  description = "The id of the first API key. Its value: aws apigateway get-api-key --include-value --api-key ID"
  value       = lookup(aws_cloudformation_stack.service.outputs, "ApiKey", null)
}

output "upload_bucket" {
  description = "The bucket of the originals, which are kept for KeepOriginalsDays."
  value       = aws_cloudformation_stack.service.outputs["UploadBucket"]
}

output "thumbnail_bucket" {
  description = "The bucket of thumbnails and manifests."
  value       = aws_cloudformation_stack.service.outputs["ThumbnailBucket"]
}

output "outcomes" {
  description = "The topic that is notified of every manifest that is written or deleted."
  value       = aws_cloudformation_stack.service.outputs["Outcomes"]
}

output "service_name" {
  description = "The name of this stack, for optional stacks."
  value       = aws_cloudformation_stack.service.outputs["ServiceName"]
}

output "function_logs" {
  description = "The log groups of the functions that work on uploads, for optional stacks."
  value       = aws_cloudformation_stack.service.outputs["FunctionLogs"]
}

output "service_region" {
  description = "The region of this stack, for optional stacks that are in another one."
  value       = aws_cloudformation_stack.service.outputs["ServiceRegion"]
}

output "conversion_failures" {
  description = "The topic for conversions that failed for good."
  value       = aws_cloudformation_stack.service.outputs["ConversionFailures"]
}

output "alarms" {
  description = "The topic for alarms, for optional stacks."
  value       = aws_cloudformation_stack.service.outputs["Alarms"]
}

output "conversion_dead_letter_queue" {
  description = "The queue in which these conversions are parked for 14 days."
  value       = aws_cloudformation_stack.service.outputs["ConversionDeadLetterQueue"]
}

output "redrive_function" {
  description = "The function that redrives parked conversions."
  value       = aws_cloudformation_stack.service.outputs["RedriveFunction"]
}

output "convert_function" {
  description = "The live version of the function that makes thumbnails. Invoke it to convert an original again."
  value       = aws_cloudformation_stack.service.outputs["ConvertFunction"]
}

output "erase_function" {
  description = "The live version of the function that erases jobs."
  value       = aws_cloudformation_stack.service.outputs["EraseFunction"]
}
