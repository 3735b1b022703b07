{ domain: std.extVar('HUB_DOMAIN') }
