"""Lambda's part of an invocation: the environment, with the settings of a new stack, and the context."""

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "a token/with+signs=",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "function",
    "POWERTOOLS_METRICS_NAMESPACE": "image-thumbnails",
    "UPLOAD_BUCKET": "uploads-bucket",
    "THUMBNAIL_BUCKET": "thumbnails-bucket",
    "DEAD_LETTER_QUEUE_URL": "",
    "CONVERT_FUNCTION": "convert:live",
    "REPORT_FAILURE_FUNCTION": "report_failure:live",
    "ERASE_FUNCTION": "erase:live",
    "FUNCTIONS": "convert,sign_upload",
    "PATIENCE_MINUTES": "15",
    "COST_FORMULA": "milliseconds + calls + writes",
    "CONVERT_VERSION": "convert:2",
    "SIGN_UPLOAD_VERSION": "sign_upload:2",
    "GET_UPLOAD_VERSION": "get_upload:2",
    "STACK_ID": "arn:aws:cloudformation:eu-central-1:123456789012:stack/image-thumbnails/none",
    "URL_SUFFIX": "amazonaws.com",
    "MAX_UPLOAD_MEGABYTES": "20",
    "MAX_MEGAPIXELS": "50",
    "UPLOAD_EXPIRY_SECONDS": "300",
    "LINK_EXPIRY_SECONDS": "3600",
    "KEEP_ORIGINALS_DAYS": "1",
    "ALLOWED_ORIGINS": "*",
    "THUMBNAIL_SIZES": "small=160,medium=320,large=640",
    "THUMBNAIL_FORMAT": "webp",
    "THUMBNAIL_QUALITY": "80",
}


class Context:
    """Lambda's context object for a handler."""

    aws_request_id = "request"
    function_version = "1"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000
