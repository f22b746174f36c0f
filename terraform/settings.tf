# Generated from template.yaml by `make docs`.

variable "thumbnail_sizes" {
  description = "The thumbnails to make of each picture, in pixels. name=SIDE fits the longest side; name=WIDTHxHEIGHT crops to that box. With :fit all of the picture fits into the box; with :pad the thumbnail is exactly as large as the box, with a transparent margin (white in JPEG), with :pad:ffffff one of that colour. A picture that is smaller than its box is enlarged only if the size ends in :enlarge."
  type        = string
  default     = "small=160,medium=320,large=640"
  nullable    = false

  validation {
    condition     = length(var.thumbnail_sizes) <= 250
    error_message = "1 to 10 sizes with different names in up to 250 characters, as name=SIDE or name=WIDTHxHEIGHT up to 4096, each with or without :fit, :crop, :pad or :pad:RRGGBB, and after that with or without :enlarge, separated by commas, such as small=160,card=400x300,tile=240x240:pad:ffffff."
  }

  validation {
    condition     = !can(regex("^.*=(?:[0-9]+x)?(?:409[7-9]|4[1-9][0-9]{2}|[5-9][0-9]{3})", var.thumbnail_sizes))
    error_message = "1 to 10 sizes with different names in up to 250 characters, as name=SIDE or name=WIDTHxHEIGHT up to 4096, each with or without :fit, :crop, :pad or :pad:RRGGBB, and after that with or without :enlarge, separated by commas, such as small=160,card=400x300,tile=240x240:pad:ffffff."
  }

  validation {
    condition     = length(distinct([for size in split(",", var.thumbnail_sizes) : split("=", size)[0]])) == length(split(",", var.thumbnail_sizes))
    error_message = "1 to 10 sizes with different names in up to 250 characters, as name=SIDE or name=WIDTHxHEIGHT up to 4096, each with or without :fit, :crop, :pad or :pad:RRGGBB, and after that with or without :enlarge, separated by commas, such as small=160,card=400x300,tile=240x240:pad:ffffff."
  }

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?(,[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?){0,9}$", var.thumbnail_sizes))
    error_message = "1 to 10 sizes with different names in up to 250 characters, as name=SIDE or name=WIDTHxHEIGHT up to 4096, each with or without :fit, :crop, :pad or :pad:RRGGBB, and after that with or without :enlarge, separated by commas, such as small=160,card=400x300,tile=240x240:pad:ffffff."
  }
}

variable "profiles" {
  description = "Sets of sizes from which a caller may choose for each file (profile). A file without a choice gets ThumbnailSizes."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.profiles) <= 500
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = !can(regex("^.*=(?:[0-9]+x)?(?:409[7-9]|4[1-9][0-9]{2}|[5-9][0-9]{3})", var.profiles))
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = alltrue([for set in split(";", var.profiles) : length(distinct([for size in split(",", set) : replace(split("=", size)[0], "/^.*:/", "")])) == length(split(",", set))])
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = length(distinct([for set in split(";", var.profiles) : split(":", set)[0]])) == length(split(";", var.profiles))
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = !can(regex("^.*(?:,[^,;]*){10}", var.profiles))
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = !can(regex("^(?:[^;]*;){8}", var.profiles))
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }

  validation {
    condition     = can(regex("^([a-z0-9][a-z0-9-]{0,31}:[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?(,[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?)*(;[a-z0-9][a-z0-9-]{0,31}:[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?(,[a-z0-9][a-z0-9-]{0,31}=[1-9][0-9]{0,3}(x[1-9][0-9]{0,3})?(:(fit|crop|pad(:([0-9a-fA-F]{3}){1,2})?))?(:enlarge)?)*)*)?$", var.profiles))
    error_message = "Up to 8 sets with different names in up to 500 characters, as name:SIZES with 1 to 10 sizes as in ThumbnailSizes, separated by semicolons, such as avatar:small=64,large=256x256;post:card=400x300,wide=1200, or nothing."
  }
}

variable "thumbnail_format" {
  description = "The format of the thumbnails, unless ThumbnailFormats lists several. JPEG has no transparency, so transparent areas become white."
  type        = string
  default     = "webp"
  nullable    = false

  validation {
    condition     = contains(["webp", "jpeg", "avif"], var.thumbnail_format)
    error_message = "One of webp, jpeg, avif."
  }
}

variable "thumbnail_formats" {
  description = "Several formats for each size, the preferred one first, such as avif,webp,jpeg. If empty, thumbnails have the one format that ThumbnailFormat names."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^avif(,webp(,jpeg)?|,jpeg(,webp)?)?$|^webp(,avif(,jpeg)?|,jpeg(,avif)?)?$|^jpeg(,avif(,webp)?|,webp(,avif)?)?$", var.thumbnail_formats))
    error_message = "1 to 3 different formats of avif, webp and jpeg, separated by commas, the preferred one first, such as avif,webp,jpeg, or nothing."
  }
}

variable "thumbnail_quality" {
  description = "The visual quality of the thumbnails, about the same in each format."
  type        = number
  default     = 80
  nullable    = false

  validation {
    condition     = var.thumbnail_quality >= 1 && var.thumbnail_quality <= 100 && floor(var.thumbnail_quality) == var.thumbnail_quality
    error_message = "A whole number from 1 to 100."
  }
}

variable "animated" {
  description = "Whether animated GIF, PNG and WebP give animated thumbnails, in WebP or AVIF. They show the first frame of an animation with more than 600 frames, 250 million pixels in all frames, 10 seconds of processor time or 5 MB."
  type        = string
  default     = "no"
  nullable    = false

  validation {
    condition     = contains(["no", "yes"], var.animated)
    error_message = "One of no, yes."
  }
}

variable "metadata" {
  description = "What thumbnails carry of the original's metadata. none is nothing; copyright is the creator, the copyright notice, the credit line and the addresses of the licence, as XMP, never a location or anything else."
  type        = string
  default     = "none"
  nullable    = false

  validation {
    condition     = contains(["none", "copyright"], var.metadata)
    error_message = "One of none, copyright."
  }
}

variable "max_upload_megabytes" {
  description = "The maximum size of an uploaded file, in megabytes (1 000 000 bytes)."
  type        = number
  default     = 20
  nullable    = false

  validation {
    condition     = var.max_upload_megabytes >= 1 && var.max_upload_megabytes <= 100 && floor(var.max_upload_megabytes) == var.max_upload_megabytes
    error_message = "A whole number of megabytes from 1 to 100."
  }
}

variable "max_megapixels" {
  description = "The maximum size of a picture, in millions of pixels."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.max_megapixels >= 1 && var.max_megapixels <= 100 && floor(var.max_megapixels) == var.max_megapixels
    error_message = "A whole number of megapixels from 1 to 100."
  }
}

variable "upload_expiry_seconds" {
  description = "Seconds within which a signed upload must start."
  type        = number
  default     = 300
  nullable    = false

  validation {
    condition     = var.upload_expiry_seconds >= 30 && var.upload_expiry_seconds <= 3600 && floor(var.upload_expiry_seconds) == var.upload_expiry_seconds
    error_message = "A whole number of seconds from 30 to 3600."
  }
}

variable "allowed_origins" {
  description = "The origins whose web pages may use the service from a browser (CORS). * allows all."
  type        = string
  default     = "*"
  nullable    = false

  validation {
    condition     = length(var.allowed_origins) <= 100
    error_message = "* or origins such as https://www.example.com, without a path, separated by commas."
  }

  validation {
    condition     = can(regex("^(\\*|https?://[^\\s,/*]+(,https?://[^\\s,/*]+)*)$", var.allowed_origins))
    error_message = "* or origins such as https://www.example.com, without a path, separated by commas."
  }
}

variable "keep_originals_days" {
  description = "Days to keep uploaded originals. Keep them as long as you may want to convert them again."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.keep_originals_days >= 1 && var.keep_originals_days <= 3650 && floor(var.keep_originals_days) == var.keep_originals_days
    error_message = "A whole number of days from 1 to 3650."
  }
}

variable "keep_thumbnails_days" {
  description = "Days to keep thumbnails and manifests. 0 keeps them for ever. A new value also holds for what exists."
  type        = string
  default     = "0"
  nullable    = false

  validation {
    condition     = can(regex("^(0|2[1-9]|[3-9][0-9]|[1-9][0-9]{2}|[12][0-9]{3}|3[0-5][0-9]{2}|36[0-4][0-9]|3650)$", var.keep_thumbnails_days))
    error_message = "0, or a whole number of days from 21 to 3650."
  }
}

variable "unclaimed_days" {
  description = "Days to keep thumbnails and manifests that your application does not claim (POST /uploads/{job}/claim). 0 means that nothing has to be claimed."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.unclaimed_days >= 0 && var.unclaimed_days <= 365 && floor(var.unclaimed_days) == var.unclaimed_days
    error_message = "A whole number of days from 0 to 365."
  }
}

variable "link_expiry_seconds" {
  description = "Seconds until signed links to results and thumbnails expire. GET /uploads/{job} returns fresh ones to any caller that may see the job."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.link_expiry_seconds >= 300 && var.link_expiry_seconds <= 21600 && floor(var.link_expiry_seconds) == var.link_expiry_seconds
    error_message = "A whole number of seconds from 300 to 21600."
  }
}

variable "log_retention_days" {
  description = "Days to keep logs."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653], var.log_retention_days)
    error_message = "One of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653."
  }
}

variable "contact_email" {
  description = "The address for e-mails about alarms and about each conversion that failed for good. Empty means no e-mail."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.contact_email) <= 254
    error_message = "An e-mail address, or nothing."
  }

  validation {
    condition     = can(regex("^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.contact_email))
    error_message = "An e-mail address, or nothing."
  }
}

variable "cost_alarm_dollars" {
  description = "Sets an alarm if the estimated cost of a day's API calls, conversions and writes exceeds this number of dollars. 0 means no alarm."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.cost_alarm_dollars >= 0 && var.cost_alarm_dollars <= 100000
    error_message = "A number of dollars from 0 to 100000."
  }
}

variable "delivery_domain" {
  description = "The domain of the delivery stack (stacks/delivery.yaml). If empty, links to thumbnails are signed S3 links."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.delivery_domain) <= 100
    error_message = "A domain such as d111111abcdef8.cloudfront.net, or nothing."
  }

  validation {
    condition     = can(regex("^$|^[a-zA-Z0-9.:-]+$", var.delivery_domain))
    error_message = "A domain such as d111111abcdef8.cloudfront.net, or nothing."
  }
}

variable "delivery_distribution" {
  description = "The id of the delivery stack's distribution, the only one that may read thumbnails. If empty, none may."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[A-Z0-9]{8,32}$", var.delivery_distribution))
    error_message = "The id of a CloudFront distribution, such as E1A2B3C4D5E6F7, or nothing."
  }
}

variable "delivery_secrets" {
  description = "The versions of its secret that the distribution may send, so that the API responds to it alone. Set by the delivery stack's firewall. If empty, the API responds to all callers."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[1-9][0-9]{0,9}(,[1-9][0-9]{0,9})?$", var.delivery_secrets))
    error_message = "One or two versions of a parameter, such as 4 or 4,3, or nothing."
  }
}

variable "requests_per_second" {
  description = "Sustained API calls per second, of all callers together. Further calls get 429."
  type        = number
  default     = 50
  nullable    = false

  validation {
    condition     = var.requests_per_second >= 1 && var.requests_per_second <= 10000 && floor(var.requests_per_second) == var.requests_per_second
    error_message = "A whole number from 1 to 10000."
  }
}

variable "request_burst" {
  description = "API calls that may arrive in a burst."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.request_burst >= 1 && var.request_burst <= 5000 && floor(var.request_burst) == var.request_burst
    error_message = "A whole number from 1 to 5000."
  }
}

variable "api_key_required" {
  description = "Whether each call needs an API key (x-api-key), for callers that are your own programs. The upload page carries the key that its head names, if any."
  type        = bool
  default     = false
  nullable    = false
}

variable "authorizer" {
  description = "Identifies callers, so that each upload has an owner, and only the owner may see it. The ARN of a Cognito user pool or of a Lambda authorizer function, or iam (AWS Signature Version 4). If empty, calls need no identity, and everyone who knows a job may see it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.authorizer) <= 140
    error_message = "iam, the ARN of a Cognito user pool, the ARN of a Lambda authorizer function, or nothing."
  }

  validation {
    condition     = can(regex("^$|^iam$|^arn:[a-z-]+:cognito-idp:[a-z0-9-]+:[0-9]{12}:userpool/[A-Za-z0-9_-]+$|^arn:[a-z-]+:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_:-]+$", var.authorizer))
    error_message = "iam, the ARN of a Cognito user pool, the ARN of a Lambda authorizer function, or nothing."
  }
}

variable "admin_group" {
  description = "With an Authorizer, the group whose members may see the uploads of all owners. If empty, only owners may."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.admin_group) <= 16
    error_message = "Up to 16 letters, digits, _ and -, or nothing."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]*$", var.admin_group))
    error_message = "Up to 16 letters, digits, _ and -, or nothing."
  }
}

variable "quota_per_month" {
  description = "With ApiKeyRequired, calls per key and month. Further calls get 429. 0 means no limit."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.quota_per_month >= 0 && var.quota_per_month <= 2147483647 && floor(var.quota_per_month) == var.quota_per_month
    error_message = "A whole number of calls from 0 to 2147483647."
  }
}

variable "convert_concurrency" {
  description = "Reserved concurrency of conversions, which also limits the cost of an attack (about 0.085 USD an hour each). 0 reserves nothing, the only value that a new account allows; conversions may then use all the concurrency of the account, including that of its other functions."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.convert_concurrency >= 0 && var.convert_concurrency <= 1000 && floor(var.convert_concurrency) == var.convert_concurrency
    error_message = "A whole number from 0 to 1000."
  }
}

variable "architecture" {
  description = "The processor architecture of the functions. arm64 costs a fifth less per second."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "One of arm64, x86_64."
  }
}

variable "gradual_deployments" {
  description = "Whether traffic shifts to new versions step by step, with alarms that roll back. false shifts all traffic at once."
  type        = bool
  default     = true
  nullable    = false
}

variable "deployment_preference" {
  description = "How traffic shifts to a new version."
  type        = string
  default     = "Canary10Percent5Minutes"
  nullable    = false

  validation {
    condition     = contains(["Canary10Percent5Minutes", "Canary10Percent10Minutes", "Canary10Percent15Minutes", "Canary10Percent30Minutes", "Linear10PercentEvery1Minute", "Linear10PercentEvery2Minutes", "Linear10PercentEvery3Minutes", "Linear10PercentEvery10Minutes", "AllAtOnce"], var.deployment_preference)
    error_message = "One of Canary10Percent5Minutes, Canary10Percent10Minutes, Canary10Percent15Minutes, Canary10Percent30Minutes, Linear10PercentEvery1Minute, Linear10PercentEvery2Minutes, Linear10PercentEvery3Minutes, Linear10PercentEvery10Minutes, AllAtOnce."
  }
}

variable "tracing" {
  description = "Whether AWS X-Ray traces requests (charged per trace)."
  type        = string
  default     = "Disabled"
  nullable    = false

  validation {
    condition     = contains(["Disabled", "Active"], var.tracing)
    error_message = "One of Disabled, Active."
  }
}

variable "log_level" {
  description = "The minimum level that the functions log."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "One of DEBUG, INFO, WARNING, ERROR."
  }
}

variable "api_gateway_account" {
  description = "API Gateway needs one role per account and region to write access logs. Choose configured if yours already has one."
  type        = string
  default     = "configure"
  nullable    = false

  validation {
    condition     = contains(["configure", "configured"], var.api_gateway_account)
    error_message = "One of configure, configured."
  }
}

variable "upkeep" {
  description = "Whether a function looks every 15 minutes for uploads without an outcome, converts them again, and deletes old versions of functions."
  type        = string
  default     = "Disabled"
  nullable    = false

  validation {
    condition     = contains(["Disabled", "Enabled"], var.upkeep)
    error_message = "One of Disabled, Enabled."
  }
}

variable "permissions_boundary" {
  description = "The permissions boundary of every role of this stack."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.permissions_boundary) <= 2048
    error_message = "The ARN of a policy of IAM, or nothing."
  }

  validation {
    condition     = can(regex("^$|^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9/+=,.@_-]+$", var.permissions_boundary))
    error_message = "The ARN of a policy of IAM, or nothing."
  }
}

variable "role_path" {
  description = "The path of every role of this stack. Changing it replaces the roles."
  type        = string
  default     = "/"
  nullable    = false

  validation {
    condition     = length(var.role_path) <= 512
    error_message = "A path that begins and ends with a slash, such as /teams/pictures/."
  }

  validation {
    condition     = can(regex("^/([A-Za-z0-9+=,.@_-]+/)*$", var.role_path))
    error_message = "A path that begins and ends with a slash, such as /teams/pictures/."
  }
}

variable "kms_key_arn" {
  description = "Your KMS key, which encrypts buckets, queue, topics, logs and the functions' environment. Its policy must allow what docs/keys.md lists. If empty, AWS's own keys encrypt."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:aws(-us-gov|-cn)?:kms:[a-z0-9-]{9,16}:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$", var.kms_key_arn))
    error_message = "The ARN of a key in the stack's region (not of an alias), or nothing."
  }
}

variable "endpoint_type" {
  description = "Whether the API can be reached from the internet (REGIONAL) or only through VpcEndpointIds (PRIVATE)."
  type        = string
  default     = "REGIONAL"
  nullable    = false

  validation {
    condition     = contains(["REGIONAL", "PRIVATE"], var.endpoint_type)
    error_message = "One of REGIONAL, PRIVATE."
  }
}

variable "vpc_endpoint_ids" {
  description = "With EndpointType PRIVATE, the interface endpoints for execute-api through which callers come."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^vpce-[0-9a-f]{17}(,vpce-[0-9a-f]{17}){0,4}$", var.vpc_endpoint_ids))
    error_message = "Up to five ids such as vpce-0123456789abcdef0, separated by commas, or nothing."
  }
}

variable "subnet_ids" {
  description = "With SecurityGroupIds, the subnets for convert and the API's functions. They need a gateway endpoint for S3. Alone, it only grants what the functions' roles need there."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^subnet-[0-9a-f]{17}(,subnet-[0-9a-f]{17}){0,3}$", var.subnet_ids))
    error_message = "Up to four ids such as subnet-0123456789abcdef0, separated by commas, or nothing."
  }
}

variable "security_group_ids" {
  description = "With SubnetIds, the security groups of convert and the API's functions. They must allow HTTPS to S3."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^sg-[0-9a-f]{17}(,sg-[0-9a-f]{17})?$", var.security_group_ids))
    error_message = "One or two ids such as sg-0123456789abcdef0, separated by a comma, or nothing."
  }
}

variable "access_logs" {
  description = "Your bucket for S3's access logs of both buckets, in the same account and region. They contain the callers' addresses. If empty, S3 writes none."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_logs))
    error_message = "The name of a bucket, or nothing."
  }
}

variable "telemetry_layer" {
  description = "A layer with OpenTelemetry for Python and the wrapper /opt/otel-instrument, for convert and the API's functions. It makes cold starts longer."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^arn:aws(-us-gov|-cn)?:lambda:[a-z0-9-]{9,16}:[0-9]{12}:layer:[A-Za-z0-9_-]{1,64}:[1-9][0-9]{0,7}$", var.telemetry_layer))
    error_message = "The ARN of a version of a layer, or nothing."
  }
}

locals {
  parameters = {
    ThumbnailSizes       = var.thumbnail_sizes
    Profiles             = var.profiles
    ThumbnailFormat      = var.thumbnail_format
    ThumbnailFormats     = var.thumbnail_formats
    ThumbnailQuality     = tostring(var.thumbnail_quality)
    Animated             = var.animated
    Metadata             = var.metadata
    MaxUploadMegabytes   = tostring(var.max_upload_megabytes)
    MaxMegapixels        = tostring(var.max_megapixels)
    UploadExpirySeconds  = tostring(var.upload_expiry_seconds)
    AllowedOrigins       = var.allowed_origins
    KeepOriginalsDays    = tostring(var.keep_originals_days)
    KeepThumbnailsDays   = var.keep_thumbnails_days
    UnclaimedDays        = tostring(var.unclaimed_days)
    LinkExpirySeconds    = tostring(var.link_expiry_seconds)
    LogRetentionDays     = tostring(var.log_retention_days)
    ContactEmail         = var.contact_email
    CostAlarmDollars     = tostring(var.cost_alarm_dollars)
    DeliveryDomain       = var.delivery_domain
    DeliveryDistribution = var.delivery_distribution
    DeliverySecrets      = var.delivery_secrets
    RequestsPerSecond    = tostring(var.requests_per_second)
    RequestBurst         = tostring(var.request_burst)
    ApiKeyRequired       = tostring(var.api_key_required)
    Authorizer           = var.authorizer
    AdminGroup           = var.admin_group
    QuotaPerMonth        = tostring(var.quota_per_month)
    ConvertConcurrency   = tostring(var.convert_concurrency)
    Architecture         = var.architecture
    GradualDeployments   = tostring(var.gradual_deployments)
    DeploymentPreference = var.deployment_preference
    Tracing              = var.tracing
    LogLevel             = var.log_level
    ApiGatewayAccount    = var.api_gateway_account
    Upkeep               = var.upkeep
    PermissionsBoundary  = var.permissions_boundary
    RolePath             = var.role_path
    KmsKeyArn            = var.kms_key_arn
    EndpointType         = var.endpoint_type
    VpcEndpointIds       = var.vpc_endpoint_ids
    SubnetIds            = var.subnet_ids
    SecurityGroupIds     = var.security_group_ids
    AccessLogs           = var.access_logs
    TelemetryLayer       = var.telemetry_layer
  }
}
