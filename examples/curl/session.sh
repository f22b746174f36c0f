#!/usr/bin/env bash
# One picture through the service, from signature to thumbnails: ./session.sh API PICTURE
# API: the address of the API. API_KEY: the key, if the API requires one.
# CHOICES: what the picture gets, such as '{"profile": "avatar", "focus": [0.5, 0.2]}'.
set -euo pipefail
usage='usage: ./session.sh API PICTURE, such as ./session.sh http://localhost:3000/ photo.jpg'
api=${1:?$usage} picture=${2:?$usage}
[[ -r $picture ]] || { echo "There is no file $picture that can be read." >&2; exit 1; }
jq --exit-status 'type == "object"' <<<"${CHOICES:-{\}}" >/dev/null 2>&1 || {
	echo "CHOICES is not a JSON object such as {\"profile\": \"avatar\"}: $CHOICES" >&2
	exit 1
}

# After 429 and 503, curl waits for as long as the header Retry-After says.
call() { curl --silent --show-error --fail-with-body --retry 5 ${API_KEY:+--header "x-api-key: $API_KEY"} "$@"; }

# 1. Request a signature. The service looks at the content later; type and size have to be those of the file.
extension=$(tr '[:upper:]' '[:lower:]' <<<"${picture##*.}")
case $extension in
	jpg | jpe) type=image/jpeg ;;
	tif) type=image/tiff ;;
	*) type=image/$extension ;;
esac
request=$(jq --null-input --arg name "$(basename "$picture")" --arg type "$type" --argjson size "$(wc -c <"$picture")" \
	--argjson choices "${CHOICES:-{\}}" '{files: [{name: $name, type: $type, size: $size} + $choices]}')
signed=$(call "${api%/}/uploads" --header 'Content-Type: application/json' --data "$request") || {
	jq --raw-output '.errors[0].detail // .detail' <<<"$signed" >&2
	exit 1
}

# 2. Post the file to S3: the signed fields first, then the file. A value may begin with @ or <, which form-string allows.
jq --raw-output '.uploads[0].upload
	| (.fields | to_entries[] | "form-string = " + ("\(.key)=\(.value)" | tojson)), "url = " + (.url | tojson)' <<<"$signed" |
	curl --silent --show-error --fail-with-body --config - --form file=@"$picture"

# 3. Poll the result until it exists: S3 says 404 or 403 before.
result=$(jq --raw-output '.uploads[0].result' <<<"$signed")
manifest=
for ((waited = 0; waited < 600; waited++)); do
	if manifest=$(curl --silent --fail "$result"); then break; fi
	sleep 1
done
if [[ -z $manifest ]]; then echo "There is no result after ten minutes." >&2; exit 1; fi

# 4. Download the thumbnails, or say why there are none.
if [[ $(jq --raw-output .status <<<"$manifest") != done ]]; then
	jq --raw-output '.reason.message // "This upload was \(.status)."' <<<"$manifest" >&2
	exit 1
fi
jq --raw-output '.thumbnails[] | [.size, "\(.width)x\(.height)", (.key | split(".")[-1]), .url] | @tsv' <<<"$manifest" |
	while IFS=$'\t' read -r size box extension url; do
		curl --silent --show-error --fail --output "$size.$extension" "$url"
		echo "$size  $box  $size.$extension"
	done
