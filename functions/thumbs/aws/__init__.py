"""AWS, a module for each service. They know nothing of jobs, and nothing else calls AWS. S3 needs no boto3 (rest)."""
