{ passwords: importstr '/etc/passwd' }
