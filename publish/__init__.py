"""Publishing to the AWS Serverless Application Repository: what it asks for, what it refuses, and the one command."""
