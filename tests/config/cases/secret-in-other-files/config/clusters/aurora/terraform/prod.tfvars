region = "us-west-2"
db_password = "5f4dcc3b5aa765d61d8327deb882cf99"
