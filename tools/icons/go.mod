module causeway/tools/icons

go 1.26.0
