{{- /* egress (list RULES METADATA_ADDRESS): rules of a NetworkPolicy for each of `egressAllowRules` that is on. Private: RFC 1918. */}}
{{- define "jupyterhub.egress" -}}
{{- $rules := index . 0 }}
{{- $metadata := printf "%s/32" (index . 1) }}
{{- $private := list "10.0.0.0/8" "172.16.0.0/12" "192.168.0.0/16" }}
{{- $dns := list (dict "protocol" "UDP" "port" 53) (dict "protocol" "TCP" "port" 53) | toJson }}
{{- if $rules.dnsPortsPrivateIPs }}
- ports: {{ $dns }}
  to:
    {{- range $private }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
{{- end }}
{{- if $rules.dnsPortsKubeSystemNamespace }}
- ports: {{ $dns }}
  to:
    - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
{{- end }}
{{- if $rules.dnsPortsCloudMetadataServer }}
- ports: {{ $dns }}
  to:
    - ipBlock: {cidr: {{ $metadata }}}
{{- end }}
{{- if $rules.nonPrivateIPs }}
- to:
    - ipBlock: {cidr: 0.0.0.0/0, except: {{ append $private $metadata | toJson }}}
{{- end }}
{{- if $rules.privateIPs }}
- to:
    {{- range $private }}
    - ipBlock: {cidr: {{ . }}}
    {{- end }}
{{- end }}
{{- if $rules.cloudMetadataServer }}
- to:
    - ipBlock: {cidr: {{ $metadata }}}
{{- end }}
{{- end }}
