import z2jh

z2jh.get_config("custom.my-setting")
