#!/usr/bin/env bash
# Erases an upload for good, as its owner: ./erase.sh API JOB
# API: the address of an API with an Authorizer. TOKEN: the token of the caller. API_KEY: the key, if the API requires one.
set -euo pipefail
usage='usage: TOKEN=… ./erase.sh API JOB'
api=${1:?$usage} job=${2:?$usage}

# 503 means that erasing continues: curl repeats the request after as long as the header Retry-After says, until 204.
curl --silent --show-error --fail-with-body --retry 5 --request DELETE --header "Authorization: Bearer ${TOKEN:?$usage}" \
	${API_KEY:+--header "x-api-key: $API_KEY"} "${api%/}/uploads/$job"
echo "$job was erased."
