import sys

from stillstand._main import main

sys.exit(main())
