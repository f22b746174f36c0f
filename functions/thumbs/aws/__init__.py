"""AWS, a module for each service. They know nothing of jobs, and nothing else uses an AWS client."""
