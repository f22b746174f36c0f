"""Publishing to the AWS Serverless Application Repository: its requirements, its rules, and the command."""
