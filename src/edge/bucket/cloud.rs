//! The supported clouds: what their services, credentials and permissions are called.

/// The provider of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    /// Amazon S3, and every service with its API.
    S3,
    /// Google Cloud Storage.
    Google,
    /// Azure Blob Storage.
    Azure,
}

impl Cloud {
    /// The cloud of a URL scheme.
    pub(super) fn of_scheme(scheme: &str) -> Option<Self> {
        [Self::S3, Self::Google, Self::Azure].into_iter().find(|cloud| cloud.scheme() == scheme)
    }

    pub(super) fn scheme(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Google => "gs",
            Self::Azure => "az",
        }
    }

    /// The name of the service.
    pub(super) fn service(self) -> &'static str {
        match self {
            Self::S3 => "S3",
            Self::Google => "Google Cloud Storage",
            Self::Azure => "Azure Blob Storage",
        }
    }

    /// The variables that hold credentials.
    pub(super) fn credential_variables(self) -> &'static str {
        match self {
            Self::S3 => {
                "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, where it has one)"
            }
            Self::Google => "GOOGLE_SERVICE_ACCOUNT or GOOGLE_APPLICATION_CREDENTIALS",
            Self::Azure => {
                "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or those of a service principal,"
            }
        }
    }

    /// The variable that permits an endpoint without TLS.
    pub(super) fn allow_http_variable(self) -> &'static str {
        match self {
            Self::S3 => "AWS_ALLOW_HTTP",
            Self::Google => "GOOGLE_ALLOW_HTTP",
            Self::Azure => "AZURE_ALLOW_HTTP",
        }
    }

    /// The permission that an operation needs.
    pub(super) fn permission(self, operation: Operation) -> &'static str {
        match (self, operation) {
            // Without s3:ListBucket, S3 answers 403 instead of 404.
            (Self::S3, Operation::Read) => "s3:GetObject and s3:ListBucket",
            (Self::S3, Operation::List) => "s3:ListBucket",
            (Self::S3, Operation::Create) => "s3:PutObject",
            (Self::Google, Operation::Read) => "storage.objects.get and storage.objects.list",
            (Self::Google, Operation::List) => "storage.objects.list",
            (Self::Google, Operation::Create) => "storage.objects.create",
            (Self::Azure, Operation::Read | Operation::List) => "the role Storage Blob Data Reader",
            (Self::Azure, Operation::Create) => "the role Storage Blob Data Contributor",
        }
    }
}

/// What a request to a bucket does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    /// Lists objects.
    List,
    /// Reads an object or its last bytes.
    Read,
    /// Creates an object.
    Create,
}

impl Operation {
    /// As messages name it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::List => "list objects",
            Self::Read => "read objects",
            Self::Create => "create objects",
        }
    }
}
