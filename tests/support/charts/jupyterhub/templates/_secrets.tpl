{{- /* kept (list ROOT KEY): what the release's Secret `hub` already holds under a key; empty where it holds nothing. */}}
{{- define "jupyterhub.kept" -}}
{{- $root := index . 0 -}}
{{- $secret := lookup "v1" "Secret" $root.Release.Namespace (include "jupyterhub.hub.fullname" $root) -}}
{{- dig "data" (index . 1) "" ($secret | default dict) | b64dec -}}
{{- end }}

{{- /* hex64: 64 random hexadecimal digits. */}}
{{- define "jupyterhub.hex64" }}{{ randBytes 48 | sha256sum }}{{ end }}

{{- define "jupyterhub.auth-token" -}}
{{- $said := dig "ConfigurableHTTPProxy" "auth_token" .Values.proxy.secretToken .Values.hub.config -}}
{{- coalesce $said (include "jupyterhub.kept" (list . "hub.config.ConfigurableHTTPProxy.auth_token")) (randAlphaNum 64) -}}
{{- end }}

{{- define "jupyterhub.cookie-secret" -}}
{{- $said := dig "JupyterHub" "cookie_secret" .Values.hub.cookieSecret .Values.hub.config -}}
{{- coalesce $said (include "jupyterhub.kept" (list . "hub.config.JupyterHub.cookie_secret")) (include "jupyterhub.hex64" .) -}}
{{- end }}

{{- define "jupyterhub.crypt-keys" -}}
{{- $said := dig "CryptKeeper" "keys" (list) .Values.hub.config | join ";" -}}
{{- coalesce $said (include "jupyterhub.kept" (list . "hub.config.CryptKeeper.keys")) (include "jupyterhub.hex64" .) -}}
{{- end }}

{{- /* service-token (list ROOT NAME SERVICE) */}}
{{- define "jupyterhub.service-token" -}}
{{- $root := index . 0 -}}
{{- $service := index . 2 | default dict -}}
{{- $kept := include "jupyterhub.kept" (list $root (printf "hub.services.%s.apiToken" (index . 1))) -}}
{{- coalesce $service.api_token $service.apiToken $kept (include "jupyterhub.hex64" $root) -}}
{{- end }}

{{- /* binaryFiles EXTRA_FILES: entries of a Secret's `data`. */}}
{{- define "jupyterhub.binaryFiles" -}}
{{- range $key, $file := . }}
{{- with $file.binaryData }}
{{ $key | quote }}: {{ nospace . | quote }}
{{- end }}
{{- end }}
{{- end }}

{{- /* textFiles EXTRA_FILES: entries of a Secret's `stringData`. */}}
{{- define "jupyterhub.textFiles" -}}
{{- range $key, $file := . }}
{{- if $file.stringData }}
{{ $key | quote }}: {{ toJson $file.stringData }}
{{- else if $file.data }}
{{- $extension := ext (base $file.mountPath) }}
{{- $text := ternary (toJson $file.data) (ternary (toToml $file.data) (toYaml $file.data) (eq $extension ".toml")) (eq $extension ".json") }}
{{ $key | quote }}: {{ toJson $text }}
{{- else if not $file.binaryData }}
{{- fail (printf "extraFiles.%s needs one of data, stringData and binaryData" $key) }}
{{- end }}
{{- end }}
{{- end }}
